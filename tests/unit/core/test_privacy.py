from __future__ import annotations

import copy
from ipaddress import ip_address, ip_network
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.correlation.answer import Ambiguous, Answer, Fill, better
from mqworker.core.correlation.fill import emptied, filled
from mqworker.core.correlation.rules import Rules, path
from mqworker.core.privacy import Action, Concealment, Privacy, hashed
from mqworker.core.scrubbing import is_hidden

KEY = b"0123456789abcdef"
NAMES = Rules(
    (path("details.sourceipaddress"), path("details.sessionid"), path("details.username"))
)
USER = 2


def privacy(action: Action, *fields: str) -> Privacy:
    return Privacy((Concealment(action, fields or ("details.username",)),), KEY)


def event(**details: Any) -> dict[str, Any]:
    return {
        "summary": "Alice logged in as alice@example.com",
        "category": "authentication",
        "hostname": "web1",
        "tags": ["sshd", "ALICE"],
        "errors": ["'alice' is too long"],
        "details": {"username": "alice", "note": {"by": ["alice", 7]}, **details},
    }


def fill(value: str) -> Answer:
    return {USER: Fill(value, "session", "id-1", 1, 2000)}


def shown(fields: dict[str, Any], rules: Privacy, answer: Answer | None = None) -> dict[str, Any]:
    return rules.document(filled(fields, answer or {}, NAMES), answer or {}, NAMES)


@pytest.mark.parametrize("action", ["mask", "hash", "drop"])
def test_a_hidden_value_is_nowhere_in_the_document(action: Action) -> None:
    document = shown(event(username_2="Alice"), privacy(action))

    assert b"alice" not in orjson.dumps(document).lower()
    assert ("web1", "authentication") == (document["hostname"], document["category"])
    assert 7 == document["details"]["note"]["by"][1]


def test_a_masked_field_says_nothing_and_a_dropped_one_is_gone() -> None:
    assert "***" == shown(event(), privacy("mask"))["details"]["username"]
    assert "username" not in shown(event(), privacy("drop"))["details"]


def test_equal_values_have_equal_hashes_under_one_key_only() -> None:
    one, same = hashed(KEY, "alice"), hashed(KEY, "alice")

    assert one == same != hashed(KEY, "bob")
    assert one != hashed(KEY[::-1], "alice")
    assert one == shown(event(), privacy("hash"))["details"]["username"]


def test_a_hash_is_an_hmac_that_other_tools_compute() -> None:
    # printf %s alice | openssl dgst -sha256 -hmac 0123456789abcdef
    assert "hmac:fdbf8b1cacd3d578e062d0e41104357d" == hashed(KEY, "alice")


def test_the_hash_of_an_address_is_an_address_however_it_is_written() -> None:
    assert hashed(KEY, "2001:db8::1") == hashed(KEY, "2001:0DB8:0::0001")
    assert ip_address(hashed(KEY, "192.0.2.1")) in ip_network("fd6d:7177::/32")


def test_what_was_filled_in_is_hidden_with_its_provenance() -> None:
    fields = {"summary": "bye Bob", "details": {"sessionid": "s"}}
    document = shown(fields, privacy("hash"), fill("bob"))

    assert hashed(KEY, "bob") == document["details"]["username"]
    (entry,) = document["correlation"]["filled"]
    assert (hashed(KEY, "bob"), "id-1") == (entry["value"], entry["from"])
    assert b"bob" not in orjson.dumps(document).lower()


def test_candidates_are_hidden_and_of_a_dropped_field_nothing_is_told() -> None:
    fields = {"summary": "bye", "details": {}}
    doubt: Answer = {USER: Ambiguous(("alice", "bob"), 1)}

    told = shown(fields, privacy("hash"), doubt)["correlation"]["ambiguous"][0]["candidates"]
    assert [hashed(KEY, "alice"), hashed(KEY, "bob")] == told
    assert "correlation" not in shown(fields, privacy("drop"), doubt)


def test_fields_without_a_rule_keep_their_provenance() -> None:
    fields = {"summary": "bye", "details": {}}
    answer: Answer = {0: Fill("192.0.2.1", "session", "id-1", 1, 0), **fill("bob")}

    told = shown(fields, privacy("mask"), answer)["correlation"]["filled"]
    assert ["192.0.2.1", "***"] == [entry["value"] for entry in told]


@pytest.mark.parametrize("action", ["mask", "hash", "drop"])
def test_a_stored_document_says_what_is_known_and_is_not_hidden_twice(action: Action) -> None:
    rules, known = privacy(action), fill("bob")
    stored = shown({"summary": "bye Bob", "details": {"username": "-"}}, rules, known)

    emptied_event, told = emptied(stored, NAMES)
    assert better(rules.answer(known, NAMES), told) == told
    again = filled(emptied_event, told, NAMES)
    assert stored == rules.document(again, known, NAMES)


def test_completing_a_document_hides_what_its_text_says_of_the_new_value() -> None:
    rules = privacy("hash")
    stored = shown({"summary": "bye Bob", "details": {}}, rules)
    assert "bye Bob" == stored["summary"]

    fields, told = emptied(stored, NAMES)
    answer = better(rules.answer(fill("bob"), NAMES), told)
    completed = rules.document(filled(fields, answer, NAMES), fill("bob"), NAMES)

    assert f"bye {hashed(KEY, 'bob')}" == completed["summary"]
    assert hashed(KEY, "bob") == completed["details"]["username"]


def test_short_values_are_replaced_as_whole_words_only() -> None:
    fields = {"summary": "al called altogether (al)", "details": {"username": "al"}}

    assert "*** called altogether (***)" == shown(fields, privacy("mask"))["summary"]


def test_the_clipped_beginning_of_a_long_value_is_hidden_too() -> None:
    name = "x" * 50 + "y" * 50
    fields = {"summary": "", "errors": [f"{name[:80]}… is too long"], "details": {"username": name}}

    assert ["*** is too long"] == shown(fields, privacy("mask"))["errors"]


def test_objects_lists_numbers_and_nested_fields_can_be_hidden() -> None:
    rules = privacy("mask", "details.who.name", "details.ids", "details.card", "details.missing.x")
    fields = {
        "summary": "4711 was here",
        "details": {"who": {"name": "eve", "age": 3}, "ids": ["abcd", None], "card": 4711},
    }

    assert {
        "summary": "*** was here",
        "details": {"who": {"name": "***", "age": 3}, "ids": ["***", None], "card": "***"},
    } == shown(fields, rules)


def test_what_says_nothing_stays_as_it_is() -> None:
    rules = privacy("hash", "hostname", "details.username", "details.success")
    fields = {
        "summary": "UNKNOWN true",
        "hostname": "UNKNOWN",
        "details": {"username": "", "success": True},
    }
    document = shown(fields, rules)

    assert ("UNKNOWN", "UNKNOWN true") == (document["hostname"], document["summary"])
    assert "" == document["details"]["username"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(VALUES, st.text(min_size=4, max_size=60), st.sampled_from(["mask", "hash", "drop"]))
def test_whatever_is_hidden_once_stays_so_and_nothing_given_is_changed(
    value: Any, name: str, action: Action
) -> None:
    fields = {
        "summary": f"by {name} and {name.upper()}",
        "details": {"username": name, "other": value},
    }
    before = copy.deepcopy(fields)
    document = shown(fields, privacy(action))

    assert before == fields
    assert document == shown(document, privacy(action))
    if not is_hidden(name) and name != "UNKNOWN" and name not in "by hmac: and ***":
        assert name not in document["summary"]
