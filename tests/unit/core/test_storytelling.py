from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.storytelling import letter, ranges, tell
from tests.stories import ADDRESS, event, ssh, stored, told, web

WHITEBOARD = """\
203.0.113.9: 3 events of 3 programs, in 1 min 10 s, from 2026-11-23 12:00:00 UTC

              a      haproxy@web1
              │ b    shop-login@web1
              │ │ c  shop@web1
2026-11-23
12:00:00.000  ○      1  connection
                        stated      sourceipaddress 203.0.113.9
                        filled ← 2  sessionid 9f86d081884c7d65, username mallory (connection, 1.5 s
                                    later)
12:00:01.500    ○    2  logged in
                        stated      sessionid 9f86d081884c7d65, username mallory
                        filled ← 1  sourceipaddress 203.0.113.9 (connection, 1.5 s earlier)
                        ⋮ 1 min 8 s
12:01:10.000      ○  3  ValueError
                        filled ← 1  sourceipaddress 203.0.113.9 (connection, 1 min 10 s earlier)
                        filled ← 2  sessionid 9f86d081884c7d65, username mallory (connection, 1 min
                                    8 s earlier)

links
  connection  c1 web1: events 1-3

● as its sender wrote it   ○ something filled in   ? something left open
Whoever shares this address (NAT, a proxy) is in this story too; from its events on, only links were
followed."""


def test_a_story_is_drawn_as_on_a_whiteboard() -> None:
    assert WHITEBOARD == "\n".join(tell(told(stored(*web()), ADDRESS)))


def test_a_programs_line_goes_on_from_its_first_event_to_its_last() -> None:
    sink = stored(*ssh(), event(0.5, "cron", "job", sourceipaddress=ADDRESS))

    columns = [line[14:17] for line in tell(told(sink, ADDRESS)) if line.startswith("12:00:0")]

    assert ["○", "│ ●", "○", "○"] == [each.rstrip() for each in columns]


def test_what_was_left_open_is_told_with_its_candidates() -> None:
    sink = stored(*ssh(), event(1.5, "sshd", "Invalid user", username="root", pid=42))

    lines = [line.strip() for line in tell(told(sink, ADDRESS))]

    assert "unclear     username is admin or root" in [line.lstrip("│ ") for line in lines]
    assert any(line.startswith("12:00:02.000  ?") for line in lines)


def test_with_many_programs_each_event_has_the_letter_of_its_own() -> None:
    many = [event(n, f"program{n}", f"{n}", sourceipaddress=ADDRESS) for n in range(30)]

    lines = list(tell(told(stored(*many), ADDRESS)))

    assert "12:00:29.000  ad ●  30  29" in lines


def test_a_day_that_begins_is_told_and_no_time_is_no_error() -> None:
    never = event(0, "cron", "never", sourceipaddress=ADDRESS)
    never["utctimestamp"] = "?"
    sink = stored(*ssh(), event(86_400, "cron", "next day", sourceipaddress=ADDRESS), never)

    lines = list(tell(told(sink, ADDRESS)))

    days = [line for line in lines if line in ("without a time", "2026-11-23", "2026-11-24")]
    assert days == ["without a time", "2026-11-23", "2026-11-24"]


def test_a_story_without_events_has_no_lines() -> None:
    assert [] == list(tell(told(stored(), ADDRESS)))


def test_colors_change_nothing_but_color() -> None:
    story = told(stored(*web()), ADDRESS)

    painted = tell(story, paint=lambda text, tone: f"\x1b[{tone}m{text}\x1b[0m")

    assert list(tell(story)) == [uncolored(line) for line in painted]


def uncolored(line: str) -> str:
    tones = ("title", "quiet", "own", "stated", "filled", "unclear")
    for code in (*(f"\x1b[{tone}m" for tone in tones), "\x1b[0m"):
        line = line.replace(code, "")
    return line.rstrip()


@given(st.text(min_size=1), st.text(), st.text(), st.integers(80, 160))
def test_whatever_events_hold_no_line_is_too_wide_or_moves_the_cursor(
    name: str, summary: str, program: str, width: int
) -> None:
    sink = stored(
        event(0, program, summary, username=name, connectionid="c", sourceipaddress=ADDRESS),
        event(1, "shop", summary, connectionid="c"),
    )

    lines = list(tell(told(sink, ADDRESS), width))

    assert all(line.isprintable() for line in lines)
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize(
    ("place", "expected"), [(0, "a"), (25, "z"), (26, "aa"), (51, "az"), (52, "ba")]
)
def test_letters_go_on_after_z(place: int, expected: str) -> None:
    assert expected == letter(place)


def test_numbers_in_a_row_are_told_as_a_range() -> None:
    assert "1-3 5 7-8" == ranges((1, 2, 3, 5, 7, 8))
