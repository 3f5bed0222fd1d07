from time import process_time

import pytest
from jsonschema import Draft202012Validator

from mqworker.core.explainer import MOST_ITEMS, Explainer

EVIL = r"^(?:[a-z]+)+$(?!\n)"
TRAP = "a" * 60 + "!"


def told(schema, instance):
    return [
        (list(error.path), error.validator) for error in Explainer(schema).iter_errors(instance)
    ]


@pytest.mark.parametrize(
    ("schema", "instance", "expected"),
    [
        ({"pattern": EVIL}, TRAP, [([], "pattern")]),
        ({"patternProperties": {EVIL: {"type": "null"}}}, {TRAP: 1, "a": 2}, [(["a"], "type")]),
        (
            {"patternProperties": {EVIL: {}}, "additionalProperties": False},
            {TRAP: 1, "a": 2},
            [([], "additionalProperties")],
        ),
    ],
)
def test_a_pattern_that_would_take_for_ever_is_judged_at_once(schema, instance, expected):
    began = process_time()
    assert expected == told(schema, instance)
    assert process_time() - began < 5


def test_a_list_of_millions_is_not_walked_to_its_end():
    seen = []

    class Item(str):
        __slots__ = ()

        def __len__(self):
            seen.append(1)
            return 1

    schema = {"items": {"maxLength": 3}, "maxItems": 5}
    assert [([], "maxItems")] == told(schema, [Item("a")] * (10 * MOST_ITEMS))
    assert len(seen) == MOST_ITEMS


@pytest.mark.parametrize("additional", [False, {"type": "integer"}, True])
@pytest.mark.parametrize(
    "instance", [{}, {"a": 1}, {"b1": 1}, {"b1": 1, "c": "x"}, [1], "a", {"b": 1}]
)
def test_it_explains_what_jsonschema_explains(additional, instance):
    schema = {
        "properties": {"a": {}},
        "patternProperties": {"^b[0-9]+": {"type": "string"}},
        "additionalProperties": additional,
        "items": {"type": "string"},
        "pattern": "^b",
    }
    shipped = [
        (list(error.path), error.validator)
        for error in Draft202012Validator(schema).iter_errors(instance)
    ]
    assert shipped == told(schema, instance)
