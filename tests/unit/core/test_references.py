"""References that lead nowhere, in circles, or to what is no schema."""

from __future__ import annotations

from typing import Any

import pytest

from mqworker.core.schemas import BadSchema, compile_schemas

EVENT: dict[str, Any] = {"$defs": {"tree": {"items": {"$ref": "#/$defs/tree"}}}}


def refusal(document: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(BadSchema) as caught:
        compile_schemas({"event": EVENT, "vpn": document})
    return caught.value.pointer, caught.value.reason


@pytest.mark.parametrize(
    "reference",
    [
        *("evnet.json", "event.json#/$defs/nothing", "#anchor", "https://example.com/event.json"),
        *("https://json-schema.org/draft/2020-12/schema", "file:///etc/passwd"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named(reference: str) -> None:
    pointer, reason = refusal({"properties": {"a": {"$ref": reference}}})
    assert pointer == "/properties/a/$ref"
    assert repr(reference) in reason
    assert "leads nowhere" in reason


CIRCLES: list[dict[str, Any]] = [
    {"$ref": "#"},
    {"allOf": [{"$ref": "#"}]},
    {"$ref": "vpn.json"},
    {"$ref": "#/$defs/a", "$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#"}}},
    {"$defs": {"a": {"if": {"$ref": "#/$defs/b"}}, "b": {"else": {"$ref": "#/$defs/a"}}}},
    {"properties": {"a": {"$anchor": "here", "anyOf": [{}, {"$ref": "#here"}]}}},
]


@pytest.mark.parametrize("document", CIRCLES)
def test_a_circle_that_never_goes_deeper_is_refused(document: dict[str, Any]) -> None:
    assert "refers to itself" in refusal(document)[1]


@pytest.mark.parametrize(
    "document",
    [
        {"properties": {"children": {"$ref": "#"}}},
        {"$ref": "event.json#/$defs/tree"},
        {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {}}},
        {"properties": {"a": {"$anchor": "here"}, "b": {"$ref": "#here"}}},
    ],
)
def test_references_that_go_deeper_or_meet_again_are_fine(document: dict[str, Any]) -> None:
    assert compile_schemas({"event": EVENT, "vpn": document})["vpn"].is_valid({})


@pytest.mark.parametrize(
    ("target", "reason"),
    [({"uniqueItems": True}, "/uniqueItems"), ({"type": "text"}, "text"), (7, "7")],
)
def test_what_a_reference_leads_to_is_judged_wherever_it_stands(target: Any, reason: str) -> None:
    pointer, told = refusal({"$ref": "#/x-parts/a", "x-parts": {"a": target}})
    assert pointer == "/$ref"
    assert reason in told


def test_references_behind_references_are_followed() -> None:
    pointer, reason = refusal({"$ref": "#/x-a", "x-a": {"items": {"$ref": "#/x-b"}}})
    assert (pointer, "leads nowhere" in reason) == ("/$ref/items/$ref", True)
