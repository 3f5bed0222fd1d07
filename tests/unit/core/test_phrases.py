from __future__ import annotations

import pytest

from mqworker.core.phrases import extent, lasted, phrases, worded
from tests.stories import ADDRESS, RULES, event, ssh, stored, told, web


def said(*events: dict[str, object], of: str) -> list[str]:
    story = told(stored(*events), ADDRESS)
    (step,) = [step for step in story.steps if step.says.id == of]
    return [worded(phrase) for phrase in phrases(step)]


def test_what_was_filled_in_from_one_event_is_one_phrase() -> None:
    address, session = said(*web(), of="m:2")

    assert session == (
        "filled from event 2: sessionid 9f86d081884c7d65, username mallory "
        "(connection, 1 min 8 s earlier)"
    )
    assert address == (
        "filled from event 1: sourceipaddress 203.0.113.9 (connection, 1 min 10 s earlier)"
    )


def test_evidence_that_is_not_told_is_named() -> None:
    story = told(stored(*web()), "m:0", limit=1)

    assert [worded(phrase) for phrase in phrases(story.steps[0])][1] == (
        "filled: sessionid 9f86d081884c7d65, username mallory "
        "(connection, 1.5 s later, event m:1, not told here)"
    )


def test_evidence_several_links_away_and_of_the_same_time_is_told_as_that() -> None:
    chain = [
        event(0, "haproxy", connectionid="c1", sourceipaddress=ADDRESS),
        event(0, "login", connectionid="c1", sessionid="s" * 16),
        event(0, "shop", sessionid="s" * 16, host="web2"),
    ]

    assert said(*chain, of="m:2")[1] == (
        "filled from event 1: sourceipaddress 203.0.113.9 "
        "(connection, at the same time, 2 links away)"
    )


def test_what_is_ambiguous_is_told_with_all_that_it_may_be() -> None:
    other = event(1.5, "sshd", username="root", pid=42)

    assert said(*ssh(), other, of="m:2")[1] == "unclear: username is admin or root"


def test_a_link_that_is_too_busy_is_told_as_that() -> None:
    many = [event(n / 100, "shop", requestid="r") for n in range(RULES.hot + 1)]
    first = event(0, "shop", requestid="r", sourceipaddress=ADDRESS)

    assert "unclear: username: too many events share the request" in said(first, *many, of="m:0")


def test_texts_of_events_are_clipped_and_printable() -> None:
    (stated, *_) = said(
        event(0, "shop", username="\x1b[2J" + "x" * 90, sourceipaddress=ADDRESS), of="m:0"
    )

    assert stated.isprintable()
    assert stated.endswith("…")


def test_a_story_extends_over_events_programs_and_time() -> None:
    story = told(stored(*web()), ADDRESS)

    assert extent(story) == "3 events of 3 programs, in 1 min 10 s, from 2026-11-23 12:00:00 UTC"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 ms"),
        (0.12, "120 ms"),
        (1, "1 s"),
        (12.34, "12.3 s"),
        (60, "1 min"),
        (70.2, "1 min 10 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (100_000, "1 d 4 h"),
    ],
)
def test_durations_are_told_in_two_units(seconds: float, expected: str) -> None:
    assert expected == lasted(seconds)
