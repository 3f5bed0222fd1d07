"""No regular expression that reads what others send takes more than its share of time."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from mqworker.core.urls import redact_text
from tests.regexes import attacks, patterns

SHORT, LONG = 2_000, 8_000
NO_TIME_S = 0.05
SQUARE = (LONG / SHORT) ** 2
PATTERNS = patterns()
SEARCHED = ("mqworker.core.decode._LINE[0]", "mqworker.core.intake.bodies.LINE[0]")


def seconds(read: Callable[[Any], Any], text: Any) -> float:
    began = process_time()
    read(text)
    return process_time() - began


def is_trap(read: Callable[[Any], Any], short: Any, long: Any) -> bool:
    """Tell whether a text that is longer takes much more time than that."""
    if seconds(read, long) < NO_TIME_S:
        return False
    pairs = [(seconds(read, short), seconds(read, long)) for _ in range(3)]
    return min(long_s for _, long_s in pairs) > SQUARE / 1.6 * min(short_s for short_s, _ in pairs)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_text_made_for_an_expression_costs_in_proportion_to_its_length(name: str) -> None:
    pattern = PATTERNS[name]
    ways = [pattern.fullmatch, pattern.match]
    if name in SEARCHED or name.endswith(("_ADDRESS[0]", "ONE_ADDRESS[0]", "BOUNDARY[0]")):
        ways.append(pattern.search)
    pairs = zip(attacks(pattern, SHORT), attacks(pattern, LONG), strict=True)
    trapped = [
        (way.__name__, short[:80])
        for short, long in pairs
        for way in ways
        if is_trap(way, short, long)
    ]
    assert [] == trapped


@pytest.mark.parametrize("pump", ["a", "?", "?password", "://", "a://b:c@", "?token=", "&password"])
@pytest.mark.parametrize("lead", ["", "http://", "http://a?"])
def test_a_text_for_the_log_is_redacted_in_proportion_to_its_length(lead: str, pump: str) -> None:
    short, long = (lead + pump * (length // len(pump)) for length in (SHORT, LONG))
    assert not is_trap(redact_text, short, long)


def test_a_trap_is_known_as_one() -> None:
    def square(text: str) -> int:
        return sum(1 for _ in text for _ in text)

    assert is_trap(square, "a" * SHORT, "a" * LONG)
