"""What an event is told that does not satisfy its schema."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.errors import Refused
from mqworker.core.message import Refusal
from mqworker.core.schemas import compile_schemas

SCHEMAS = load_schemas()
LOGIN = SCHEMAS["authentication"].document["examples"][0]
EXCEPTION = SCHEMAS["application-exception"].document["examples"][0]
NO_ADDRESSES = [
    *("", "-", "unknown", "vpn.example.com", "1.2.3", "256.1.1.1", "01.2.3.4", "1.2.3.4/24"),
    *("1.2.3.4:80", " 1.2.3.4", "1.2.3.4\n", "fe80::1%eth0", "[::1]", "1::2::3", "::ffff:1.2.3"),
    *(3232235777, ["1.2.3.4"], {"ip": "1.2.3.4"}, True),
]


def event(base: dict[str, Any] = LOGIN, /, **details: Any) -> dict[str, Any]:
    changed = copy.deepcopy(base)
    changed["details"].update(details)
    return changed


def refusal(fields: dict[str, Any]) -> Refusal:
    with pytest.raises(Refused) as caught:
        SCHEMAS.validate(fields)
    return caught.value.refusal


@pytest.mark.parametrize("address", NO_ADDRESSES)
@pytest.mark.parametrize("category", ["syslog", "authentication", "application exception"])
@pytest.mark.parametrize("name", ["sourceipaddress", "destinationipaddress"])
def test_what_is_no_ip_address_fails_every_schema(category: str, name: str, address: Any) -> None:
    got = refusal({**event(**{name: address}), "category": category})
    assert got.pointer == f"/details/{name}"
    assert got.keyword in {"format", "type"}


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "::", None])
def test_an_ip_address_of_either_kind_is_valid(address: str | None) -> None:
    assert SCHEMAS.validate(event(sourceipaddress=address)) == "authentication"


def test_a_refusal_tells_where_what_and_why() -> None:
    assert refusal(event(sourceipaddress="999.1.2.3")) == Refusal(
        stage="validate",
        reason='details.sourceipaddress is "999.1.2.3", but must be ipv4 or ipv6: what is no IP '
        "address belongs into details.source or details.destination",
        pointer="/details/sourceipaddress",
        keyword="format",
        expected="ipv4 or ipv6",
        value='"999.1.2.3"',
        schema="authentication",
    )


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({"username": 7}, "details.username is 7, but must be a string or null"),
        ({"sourceport": 65536}, "details.sourceport is 65536, but must be at most 65535"),
        ({"sourceport": -1}, "details.sourceport is -1, but must be at least 0"),
        ({"sourceport": "ssh"}, 'details.sourceport is "ssh": a port is a number from 0 to 65535'),
        ({"success": "maybe"}, 'details.success is "maybe": write true or false'),
    ],
)
def test_reasons_are_sentences_for_people(details: dict[str, Any], reason: str) -> None:
    assert refusal(event(**details)).reason.startswith(reason)


def test_what_is_missing_is_named() -> None:
    got = refusal({"category": "syslog", "details": {}})
    assert got.reason.startswith('the event lacks "receivedtimestamp", "utctimestamp"')
    assert (got.pointer, got.keyword, got.value) == ("", "required", "an object of 2")


@pytest.mark.parametrize("name", ["username", "sessionid", "sourceipaddress", "success"])
@pytest.mark.parametrize("schema", ["authentication", "authorization", "application-exception"])
def test_what_correlation_may_supply_later_is_not_required(schema: str, name: str) -> None:
    example = copy.deepcopy(SCHEMAS[schema].document["examples"][0])
    example["details"].pop(name, None)
    assert SCHEMAS.validate(example) == schema
    example["details"][name] = None
    assert SCHEMAS.validate(example) == schema


TRACE = "Traceback (most recent call last):\n" + "\n".join(
    f'  File "app/views.py", line {line}, in call\n    return view(request)' for line in range(30)
)


@pytest.mark.parametrize(
    "name",
    [
        *("stacktrace", "stack_trace", "stackTrace", "stack", "traceback", "backtrace"),
        *("exception.stacktrace", "exc_info", "exc_text", "exception", "error", "message"),
    ],
)
def test_a_full_stack_trace_is_refused_under_every_usual_name(name: str) -> None:
    got = refusal(event(EXCEPTION, **{name: TRACE}))
    assert got.pointer == f"/details/{name}"
    assert "stack trace" in got.reason
    assert len(got.reason) < 400


def test_a_full_stack_trace_is_no_summary_either() -> None:
    got = refusal({**EXCEPTION, "summary": TRACE})
    assert got.pointer == "/summary"
    assert "first few lines" in got.reason


def test_the_first_lines_of_a_stack_trace_are_welcome() -> None:
    assert SCHEMAS.validate(event(EXCEPTION, traceback="\n".join(TRACE.split("\n")[:7])))


def test_a_stack_trace_in_a_nested_object_is_found() -> None:
    got = refusal(event(EXCEPTION, error={"type": "KeyError", "stack_trace": TRACE}))
    assert got.pointer == "/details/error/stack_trace"


def test_the_stack_trace_of_an_event_of_another_type_is_nobodys_business() -> None:
    other = {**event(EXCEPTION, stacktrace=TRACE), "category": "syslog", "summary": TRACE}
    assert SCHEMAS.validate(other) == "event"


def test_all_errors_are_told_up_to_the_limit_and_each_once() -> None:
    wrong = event(username=7, sourceport="x", success="maybe", task=[])
    assert {error.pointer for error in SCHEMAS.errors(wrong)} == {
        f"/details/{name}" for name in ("username", "sourceport", "success", "task")
    }
    assert len(SCHEMAS.errors(wrong, limit=2)) == 2
    assert len(SCHEMAS.errors({"category": "syslog"})) == 1
    assert [] == SCHEMAS.errors(LOGIN)


def test_an_event_with_very_many_errors_is_explained_at_once() -> None:
    wrong = {**LOGIN, "tags": list(range(300_000))}
    assert refusal(wrong).pointer.startswith("/tags")
    assert len(SCHEMAS.errors(wrong)) == 10


def test_what_is_shown_of_a_huge_value_is_bounded() -> None:
    for value in ("x" * 1_000_000, {"k" * 1_000_000: 1}, ["x"] * 100_000, 10**4000):
        got = refusal(event(username=value) if isinstance(value, dict) else event(success=value))
        assert len(got.reason) < 1000
        assert len(got.value or "") < 400


def test_pointers_are_escaped_and_bounded() -> None:
    schemas = compile_schemas({"event": {"additionalProperties": {"type": "string"}}})
    assert schemas.errors({"a/b~c": 1})[0].pointer == "/a~1b~0c"
    assert len(schemas.errors({"k" * 100_000: 1})[0].pointer) < 1100


@pytest.mark.parametrize(
    "fields",
    [event(**{"\ud800": 1}), {**EXCEPTION, "summary": "\ud800"}, {**LOGIN, "severity": "\ud800"}],
)
def test_a_lone_surrogate_is_refused_with_words_that_can_be_sent(fields: dict[str, Any]) -> None:
    got = refusal(fields)
    assert f"{got.reason}{got.pointer}{got.value}{got.expected}".encode()
    assert SCHEMAS.errors(fields) == [got]


def test_a_refusal_stands_also_where_jsonschema_finds_nothing_wrong() -> None:
    schema = compile_schemas({"event": {}})["event"]
    doubted = type(schema)("event", {}, (), lambda _: False, schema.explainer)
    got = doubted.refusal({})
    assert (got.stage, got.keyword, got.schema) == ("validate", None, "event")
    assert "finds nothing" in got.reason
    assert doubted.refusals({}, 3) == [got]


@pytest.mark.parametrize(
    ("schema", "keyword", "reason"),
    [
        ({"additionalProperties": False}, "additionalProperties", "('a' was unexpected)"),
        ({"unevaluatedProperties": False}, "unevaluatedProperties", "('a' was unexpected)"),
        ({"dependentRequired": {"a": ["b"]}}, "dependentRequired", "'b' is a dependency of 'a'"),
        ({"properties": {"a": {"not": {}}}}, "not", "a is 7, but must be something else"),
        ({"if": {"required": ["a"]}, "then": False}, "false", "must not be there at all"),
        ({"properties": {"a": {"const": 8}}}, "const", "a is 7, but must be 8"),
        ({"oneOf": [{}, True]}, "oneOf", "which the schema does not allow (oneOf"),
        ({"properties": {"a": {"maximum": 6, "x-why": "six"}}}, "maximum", "at most 6: six"),
    ],
)
def test_the_culprit_is_named_by_keywords_of_operators_too(
    schema: dict[str, Any], keyword: str, reason: str
) -> None:
    (got,) = compile_schemas({"event": schema}).errors({"a": 7})
    assert got.keyword == keyword
    assert reason in got.reason


def test_alternatives_of_different_kinds_are_told_by_the_keyword_that_joins_them() -> None:
    schemas = compile_schemas({"event": {"properties": {"a": {"anyOf": [False, {"const": 1}]}}}})
    got = schemas.errors({"a": 2})[0]
    assert got.pointer == "/a"
    assert got.keyword in {"anyOf", "const"}
