from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.confirms import Confirms


def test_nothing_is_owed_once_each_publication_was_answered() -> None:
    confirms = Confirms()
    for _ in range(4):
        confirms.send()

    confirms.answer(3, multiple=False)
    confirms.answer(2, multiple=True)
    assert {4} == confirms.unanswered
    confirms.answer(4, multiple=True)

    assert 0 == len(confirms)


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=20))
def test_what_is_owed_is_what_no_answer_has_named_or_covered(
    answers: list[tuple[int, bool]],
) -> None:
    confirms = Confirms()
    owed = set(range(1, 21))
    for _ in owed:
        confirms.send()

    for number, multiple in answers:
        confirms.answer(number, multiple=multiple)
        owed -= set(range(1, number + 1)) if multiple else {number}

    assert owed == confirms.unanswered
