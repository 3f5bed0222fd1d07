from __future__ import annotations

import re

import pytest

from mqworker.core.story_layout import (
    MOST_LANES,
    OTHERS,
    PAUSE_HEIGHT,
    RADIUS,
    STEP_HEIGHT,
    Layout,
    lay_out,
)
from tests.stories import ADDRESS, Fields, event, ssh, stored, told, web


def laid_out(*events: Fields) -> Layout:
    return lay_out(told(stored(*events), ADDRESS, limit=1000))


def busy() -> list[Fields]:
    return [
        fields for n in range(12) for fields in (*web(n * 7, number=f"c{n}"), *ssh(n * 5, pid=n))
    ]


def test_rows_follow_each_other_with_days_and_pauses_between_the_events() -> None:
    layout = laid_out(*web())

    assert [row.kind for row in layout.rows] == ["day", "step", "step", "pause", "step"]
    tops = [row.y - layout.rows[0].y for row in layout.rows]
    assert tops == [
        0,
        PAUSE_HEIGHT,
        PAUSE_HEIGHT + STEP_HEIGHT,
        PAUSE_HEIGHT + 2 * STEP_HEIGHT,
        2 * PAUSE_HEIGHT + 2 * STEP_HEIGHT,
    ]
    assert layout.height == layout.rows[-1].y + STEP_HEIGHT


def test_an_events_mark_is_in_the_middle_of_its_row_on_its_programs_line() -> None:
    layout = laid_out(*web())

    assert len(set(layout.marks.values())) == 3
    for row in layout.rows:
        if row.step:
            mark = layout.marks[row.step.number]
            (lane,) = [lane for lane in layout.lanes if lane.name == row.step.says.lane]
            assert (mark.x, mark.y) == (lane.x, row.y + STEP_HEIGHT // 2)
            assert lane.top <= mark.y <= lane.bottom


def test_the_quieter_of_many_programs_share_the_last_line() -> None:
    loud = [event(n, "loud", f"{n}", sourceipaddress=ADDRESS) for n in range(40, 50)]
    quiet = [event(n, f"p{n}", f"{n}", sourceipaddress=ADDRESS) for n in range(40)]

    layout = laid_out(*quiet, *loud)

    assert len(layout.lanes) == MOST_LANES
    assert [lane.name for lane in layout.lanes][-2:] == ["loud@web1", OTHERS]


def uprights(path: str) -> float:
    """Return where the upright part of an arrow runs."""
    (found,) = re.findall(r"Q([\d.]+) \S+ \1 \S+?V", path)
    return float(found)


@pytest.mark.parametrize("events", [web(), ssh(), busy()])
def test_no_arrow_runs_over_a_mark(events: list[Fields]) -> None:
    story = told(stored(*events), ADDRESS)
    layout = lay_out(story)
    lanes = {mark.x for mark in layout.marks.values()}

    for step in story.steps:
        for order, source in enumerate(step.sources.values()):
            upright = uprights(layout.way(source, step.number, order))
            assert all(abs(upright - x) > RADIUS + 3 for x in lanes)
            assert upright < layout.width


def test_arrows_beside_each_other_have_tracks_of_their_own() -> None:
    layout = laid_out(*ssh(), *ssh(0.5, pid=43))

    assert len(set(layout.tracks.values())) == len(layout.tracks) > 2
