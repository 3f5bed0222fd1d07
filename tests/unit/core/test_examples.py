"""The examples inside schemas are tried."""

from __future__ import annotations

from typing import Any

import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.examples import check_examples, merge_patch
from mqworker.core.schemas import compile_schemas

WRONG = {"why": "a number", "change": {"a": 1}, "pointer": "/a", "keyword": "type"}


def checked(**annotations: Any) -> list[str]:
    vpn = {"properties": {"a": {"type": "string"}}, "examples": [{"category": "vpn"}]}
    return check_examples(compile_schemas({"event": {}, "vpn": {**vpn, **annotations}}))


def test_every_shipped_example_does_what_its_schema_says() -> None:
    assert [] == check_examples(load_schemas())


def test_examples_that_keep_their_promises_are_passed_over() -> None:
    assert [] == checked(**{"x-invalid-examples": [WRONG]})


@pytest.mark.parametrize(
    ("examples", "reason"),
    [
        ([{"category": "vpn", "a": 1}], "refused: a is 1"),
        ([{"category": "login"}], "selects schema event"),
        (["vpn"], "whole event"),
    ],
)
def test_an_example_that_is_refused_or_of_another_type_is_named(
    examples: list[Any], reason: str
) -> None:
    (told,) = checked(examples=examples)
    assert told.startswith("schema vpn: /examples/0: ")
    assert reason in told


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"change": {"a": "text"}}, "accepted by schema vpn"),
        ({"pointer": "/b"}, "refused by type of schema vpn at '/a', not by type at '/b'"),
        ({"keyword": "enum"}, "not by enum"),
        ({"change": {"a": 1, "category": "x"}}, "accepted by schema event"),
        ({"why": 7}, "must be an object of why, change, pointer, keyword"),
    ],
)
def test_an_invalid_example_that_is_not_refused_as_stated_is_named(
    change: dict[str, Any], reason: str
) -> None:
    (told,) = checked(**{"x-invalid-examples": [{**WRONG, **change}]})
    assert told.startswith("schema vpn: /x-invalid-examples/0: ")
    assert reason in told


def test_invalid_examples_that_are_no_list_are_named() -> None:
    assert checked(**{"x-invalid-examples": WRONG}) == [
        "schema vpn: /x-invalid-examples: must be a list"
    ]


def test_a_change_removes_what_is_null_and_merges_objects() -> None:
    target = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert merge_patch(target, {"a": {"b": None, "e": {"f": 3}}, "d": [2]}) == {
        "a": {"c": 2, "e": {"f": 3}},
        "d": [2],
    }
