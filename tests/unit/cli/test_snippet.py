from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mqworker.cli.snippet import draw
from mqworker.core.json_lines import render
from mqworker.core.message import Refusal

EVENT = {"category": "authentication", "details": {"sourceipaddress": "300.1.2.3", "a/b": [1]}}

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def refusal(pointer: str) -> Refusal:
    return Refusal("validate", "no address", pointer, "format", "an IP address", None, "base")


def test_a_refusal_is_drawn_with_the_value_marked_and_what_was_expected() -> None:
    expected = """\
refused[validate]: no address
  --> /details/sourceipaddress
    |   "details": {
    |     "sourceipaddress": "300.1.2.3",
    |                        ^^^^^^^^^^^ expected an IP address
    |     "a/b": [
    = schema base, keyword format"""

    assert expected == "\n".join(draw(refusal("/details/sourceipaddress"), EVENT))


def test_a_pointer_to_what_is_missing_marks_where_it_should_have_been() -> None:
    drawn = list(draw(refusal("/details/username"), EVENT))

    assert drawn[3:5] == ['    |   "details": {', "    |              ^ expected an IP address"]


def test_a_pointer_with_escaped_characters_is_found() -> None:
    drawn = list(draw(refusal("/details/a~1b/0"), EVENT))

    assert "    |       1" in drawn


def test_without_a_record_the_value_is_shown_by_itself() -> None:
    drawn = list(draw(Refusal("decode", "not JSON", value="{a\x1b"), None))

    assert ["refused[decode]: not JSON", "    | {a\\x1b"] == drawn


@given(VALUES)
def test_rendered_json_is_the_same_value(value: Any) -> None:
    import orjson

    assert value == orjson.loads("\n".join(line.text for line in render(value)))


@given(VALUES, st.text())
def test_whatever_the_pointer_a_drawing_is_printable(value: Any, pointer: str) -> None:
    drawn = list(draw(refusal(pointer), value))

    assert all(line.isprintable() for line in drawn)
