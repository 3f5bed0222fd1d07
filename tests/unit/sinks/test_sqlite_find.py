from __future__ import annotations

from mqworker.core.clause import Clause
from mqworker.sinks.sqlite_find import AT_ONCE, divided, words_of


def test_many_values_are_asked_for_in_several_questions() -> None:
    clause = Clause({"a": tuple(map(str, range(AT_ONCE + 1))), "b": ("x",)})

    sizes = [(len(part.fields["a"]), len(part.fields["b"])) for part in divided(clause)]

    assert sizes == [(AT_ONCE, 1), (1, 1)]


def test_a_clause_that_nothing_can_hold_is_not_asked() -> None:
    assert list(divided(Clause({"details.sourceipaddress": ("joe",), "a": ("x",)}))) == []


def test_a_value_can_not_become_syntax_of_the_index_of_words() -> None:
    clause = Clause({"a": ('x" OR "y', "z\x00*"), "b": ("1",)})

    assert words_of(clause) == '("x  OR  y" OR "z *") AND ("1")'


def test_what_the_index_of_words_does_not_hold_is_left_to_the_table() -> None:
    assert words_of(Clause({"a": ("--", "x"), "success": ("true",), "utctimestamp": ("1",)})) == ""
