"""jsonschema-rs, which decides, and jsonschema, which explains, agree on the shipped schemas."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mqworker.config.schemafiles import load_schemas
from mqworker.core.errors import Refused
from mqworker.core.examples import invalid_event
from mqworker.core.schemas import fold

SCHEMAS = load_schemas()
VALID = [event for schema in SCHEMAS for event in schema.document["examples"]]
INVALID = [
    invalid_event(schema, example)
    for schema in SCHEMAS
    for example in schema.document["x-invalid-examples"]
]
TOP = sorted(SCHEMAS["event"].document["properties"])
DETAILS = sorted(
    {name for s in SCHEMAS for name in s.document["properties"]["details"]["properties"]}
    | {"stacktrace", "traceback", "exc_info", "message", "eventid", "unknown", ""}
)
CATEGORIES = [category for schema in SCHEMAS for category in schema.categories]

NEAR_MISSES = st.sampled_from(
    [
        *("1.2.3.4", "01.2.3.4", "1.2.3.4\n", "::1", "::1%a", "::ffff:1.2.3.4", "1:2"),
        *("65535", "65536", "00080", "-", "", "080\n", "INFO", "info", "true", "TRUE"),
        *("2026-02-14T16:48:19+00:00", "2026-02-14T16:48:60+00:00", "2026-13-14T16:48:19+00:00"),
        *("a\n" * 9, "a\n" * 10, "a\n" * 20, "\r\n" * 12, "\u2028" * 30),
        *("x" * 1024, "x" * 1025, "x" * 2049, "é" * 2048, "\U0001f600" * 255),
    ]
)
NUMBERS = (
    st.integers()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([0, -1, 65535, 65536, 65535.0, 65535.5, 1.0, -0.0, 1e300, 10**40, 2**53 + 1])
    | st.floats(allow_nan=False, allow_infinity=False)
)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text() | NEAR_MISSES
VALUES = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=12)
        | st.dictionaries(st.sampled_from(DETAILS) | st.text(max_size=5), below, max_size=3)
    ),
    max_leaves=8,
)


def changed(event: dict[str, Any], top: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    fields = copy.deepcopy(event) | top
    if isinstance(fields.get("details"), dict):
        fields["details"].update(details)
    return fields


EVENTS = st.builds(
    changed,
    st.sampled_from(VALID + INVALID),
    st.dictionaries(st.sampled_from(TOP), VALUES, max_size=2)
    | st.fixed_dictionaries({"category": st.sampled_from(CATEGORIES)}),
    st.dictionaries(st.sampled_from(DETAILS) | st.text(max_size=8), VALUES, max_size=4),
)
SHORTENED = st.tuples(EVENTS, st.sampled_from(TOP)).map(
    lambda pair: {name: value for name, value in pair[0].items() if name != pair[1]}
)


@settings(max_examples=300, deadline=None)
@given(EVENTS | SHORTENED)
def test_both_libraries_give_the_same_verdict_on_any_event(fields: dict[str, Any]) -> None:
    for schema in SCHEMAS:
        assert schema.accepts(fields) == schema.explainer.is_valid(fields), schema.name


@settings(deadline=None)
@given(EVENTS | SHORTENED)
def test_an_event_is_accepted_or_refused_with_a_bounded_reason(fields: dict[str, Any]) -> None:
    try:
        name = SCHEMAS.validate(fields)
    except Refused as refused:
        refusal = refused.refusal
        assert SCHEMAS.errors(fields)
        assert refusal.stage == "validate"
        assert refusal.keyword
        assert 0 < len(refusal.reason) < 1500
    else:
        assert SCHEMAS.errors(fields) == []
        assert name in {schema.name for schema in SCHEMAS}


@given(st.text())
def test_any_text_is_a_category_that_selects_one_schema(category: str) -> None:
    selected = SCHEMAS.select(category)
    claims = {fold(each): s.name for s in SCHEMAS for each in (s.name, *s.categories)}
    assert claims.get(fold(category), "event") == selected.name
    assert selected is SCHEMAS.select(category)
