from __future__ import annotations

from mqworker.core.message import Failure, Refusal
from mqworker.core.toll import Toll
from tests.unit.core.test_letter import DIED, REFUSAL, letter


def test_a_message_with_two_letters_is_counted_once() -> None:
    toll = Toll()
    again = letter(headers={"x-mqworker-count": 1})

    assert [True, False, False] == [toll.add(each) for each in (letter(), letter(), again)]
    assert (1, 2) == (toll.letters, toll.copies)


def test_letters_are_counted_by_stage_schema_and_place_the_most_frequent_first() -> None:
    toll = Toll()
    for number in range(3):
        broken = Refusal("decode", f"no JSON: line {number}, column {number + 9}")
        toll.add(letter(Failure(0, broken))._replace(identity=f"decode-{number}"))
    many = [Failure(number, REFUSAL) for number in range(40)]
    toll.add(letter(*many, several=True)._replace(identity="validate"))

    told = toll.as_object()["causes"]
    assert [
        ("decode", "", "no JSON: line #, column #", 3, 3),
        ("validate", "event", "/details/ip format", 1, 40),
    ] == [(c["stage"], c["schema"], c["what"], c["letters"], c["events"]) for c in told]
    assert (DIED, DIED, "decode-0") == (told[0]["first"], told[0]["last"], told[0]["example"])


def test_nothing_is_counted_of_nothing() -> None:
    assert {"letters": 0, "copies": 0, "causes": []} == Toll().as_object()
