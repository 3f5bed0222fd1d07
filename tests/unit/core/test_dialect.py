"""The keywords, formats and numbers on which both libraries agree, and what is said of others."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mqworker.core.dialect import DIFFERENT_FORMATS, DIFFERENT_KEYWORDS, find_differences
from mqworker.core.pointer import pointer_to

REFUSED = [
    ({"multipleOf": 0.1}, "/multipleOf", "0.3"),
    ({"uniqueItems": True}, "/uniqueItems", "2**63"),
    ({"$dynamicRef": "#a"}, "/$dynamicRef", "depends on the way"),
    ({"dependencies": {"a": ["b"]}}, "/dependencies", "dependentRequired"),
    ({"maximum": 2**53 + 1}, "/maximum", "2**53"),
    ({"enum": [1, {"a": [1e30]}]}, "/enum", "2**53"),
    ({"properties": {"a": {"format": "email"}}}, "/properties/a/format", "@"),
    ({"items": {"format": "date-time"}}, "/items/format", "leap seconds"),
    ({"format": "ipv5"}, "/format", "neither knows"),
    ({"anyOf": [{}, {"pattern": "^a$"}]}, "/anyOf/1/pattern", "newline"),
    ({"patternProperties": {r"\d": {}}}, r"/patternProperties/\d", "Unicode"),
    ({"$defs": {"a": {"$id": "https://example.com/"}}}, "/$defs/a/$id", "top"),
    ({"not": {"$schema": "x"}}, "/not/$schema", "top"),
    ({"properties": {"a": False}}, "/properties/a", '{"not": {}}'),
    ({"requierd": ["a"]}, "/requierd", "did you mean required?"),
    ({"if": {"frobnicate": 1}}, "/if/frobnicate", "begins with x-"),
]


@pytest.mark.parametrize(("schema", "pointer", "reason"), REFUSED)
def test_what_may_be_judged_differently_is_named_with_its_place(
    schema: dict[str, Any], pointer: str, reason: str
) -> None:
    (difference,) = find_differences(schema)
    assert pointer == pointer_to(difference.path)
    assert reason in difference.reason


@pytest.mark.parametrize("keyword", DIFFERENT_KEYWORDS)
def test_every_keyword_of_the_table_is_refused(keyword: str) -> None:
    assert [(keyword,)] == [found.path for found in find_differences({keyword: {}})]


@pytest.mark.parametrize("name", DIFFERENT_FORMATS)
def test_every_format_of_the_table_is_refused(name: str) -> None:
    assert [("format",)] == [found.path for found in find_differences({"format": name})]


def test_names_of_properties_and_values_are_no_keywords() -> None:
    schema = {
        "properties": {"multipleOf": {}, "$id": {"type": "string"}, "format": True},
        "const": {"multipleOf": 0.1, "format": "email"},
        "examples": [{"uniqueItems": True}],
        "default": {"pattern": r"\d"},
        "x-anything": {"dependencies": {}},
        "required": ["uniqueItems"],
    }
    assert [] == list(find_differences(schema))


# Numbers from 2**63 on are refused for jsonschema-rs 0.60; 0.61 agrees with jsonschema on them.
KNOWN_DIFFERENCES = [
    ({"multipleOf": 0.1}, 0.3),
    ({"pattern": "^a$"}, "a\n"),
    ({"pattern": r"^\d"}, "٣"),
    ({"format": "date-time"}, "2026-02-01T00:00:00Z\n"),
    ({"format": "email"}, "a@"),
    ({"format": "hostname"}, "a.example."),
    ({"dependencies": {"a": ["b"]}}, {"a": 1}),
]


@pytest.mark.parametrize(("schema", "value"), KNOWN_DIFFERENCES)
def test_the_differences_that_are_refused_are_real_ones(schema: dict[str, Any], value: Any) -> None:
    assert list(find_differences(schema))
    decides, explains = verdicts(schema, value)
    assert decides != explains


def verdicts(schema: dict[str, Any] | bool, value: Any) -> tuple[bool, bool]:
    decider = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    explainer = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return decider.is_valid(value), explainer.is_valid(value)


NAMES = st.sampled_from(["a", "b", "ab"])
SIZES = st.integers(0, 3)
NUMBERS = st.sampled_from([0, 1, -1, 1.0, 0.5, 2**53, 2**64, 1e300, 0.1, -0.0])
TEXTS = st.sampled_from(["", "a", "b", "ab", "a\n", "é", "\U0001f600", "1.2.3.4", "::1", "1::%a"])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["string", "integer", "number", "object", "array", "boolean", "null"])


def keywords(below: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    named = st.dictionaries(NAMES, below, min_size=1, max_size=2)
    several = st.lists(below, min_size=1, max_size=3)
    bounds = ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum")
    sizes = ("Length", "Items", "Properties", "Contains")
    singles = ("additionalProperties", "contains", "items", "not", "if", "then", "else")
    optional: dict[str, st.SearchStrategy[Any]] = {
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
        "const": VALUES,
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "format": st.sampled_from(["ipv4", "ipv6"]),
        "pattern": st.sampled_from(["^a", "b$(?!\\n)", "^[^a]?$(?!\\n)", "."]),
        "required": st.lists(NAMES, max_size=2, unique=True),
        "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True)),
        **dict.fromkeys(bounds, NUMBERS),
        **{f"{bound}{what}": SIZES for bound in ("max", "min") for what in sizes},
        **dict.fromkeys(singles, below),
        **dict.fromkeys(("propertyNames", "unevaluatedItems", "unevaluatedProperties"), below),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), several),
        **dict.fromkeys(("properties", "dependentSchemas"), named),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b"]), below, max_size=2),
    }
    chosen = st.lists(st.sampled_from(sorted(optional)), min_size=1, max_size=3, unique=True)
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries({name: optional[name] for name in names})
    )


DOCUMENTS = st.recursive(st.booleans() | st.just({}), keywords, max_leaves=5)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.lists(VALUES, min_size=1, max_size=6))
def test_what_is_let_through_is_judged_alike(schema: Any, values: list[Any]) -> None:
    assume(not list(find_differences(schema)))
    Draft202012Validator.check_schema(schema)
    for value in values:
        decides, explains = verdicts(schema, value)
        assert decides == explains, (schema, value)
