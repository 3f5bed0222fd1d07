from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mqworker.core.clause import Clause, holds, time_of, values_at


def hit(**source: Any) -> dict[str, Any]:
    return {"_index": "events-20260214", "_id": "m:0", "_source": source}


def asks(name: str, *values: str) -> Clause:
    return Clause({name: values})


def test_a_value_is_compared_as_a_whole_and_exactly() -> None:
    document = hit(details={"username": "joe"})

    assert holds(asks("details.username", "ann", "joe"), document)
    assert not holds(asks("details.username", "Joe", "jo", "joe "), document)


def test_an_id_is_a_field_like_any_other() -> None:
    assert holds(asks("_id", "m:0"), hit())
    assert not holds(asks("_id", "m"), hit())


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ({"a": {"b": 1}}, "a.b", [1]),
        ({"a.b": 1}, "a.b", [1]),
        ({"a": {"b.c": 1}, "a.b": {"c": 2}}, "a.b.c", [1, 2]),
        ({"a": [{"b": 1}, {"b": [2, [3]]}, 4]}, "a.b", [1, 2, 3]),
        ({"a": 1}, "a.b", []),
        ({"a": None}, "a", [None]),
    ],
)
def test_values_are_found_under_dotted_names_and_in_arrays(
    source: dict[str, Any], name: str, expected: list[Any]
) -> None:
    assert sorted(values_at(source, name), key=str) == expected


def test_a_document_deeper_than_recursion_goes_is_looked_through() -> None:
    deep: Any = "joe"
    for _ in range(5000):
        deep = [deep]

    assert holds(asks("a", "joe"), hit(a=deep))


def test_bounds_of_time_include_themselves_and_no_time_is_outside_of_them() -> None:
    noon = datetime(2026, 2, 14, 12, tzinfo=UTC)
    at = hit(a="x", utctimestamp=noon.isoformat())

    assert holds(Clause({"a": ("x",)}, noon, noon), at)
    assert not holds(Clause({"a": ("x",)}, noon), hit(a="x"))
    assert holds(Clause({"a": ("x",)}), hit(a="x"))


@pytest.mark.parametrize("time", [None, 5, "yesterday", ["2026-02-14"], "2026-02-14T12:00:00"])
def test_a_time_is_aware_or_none(time: Any) -> None:
    read = time_of({"utctimestamp": time})

    assert read is None or read == datetime(2026, 2, 14, 12, tzinfo=UTC)
