from __future__ import annotations

import re

import pytest

from mqworker.core.console.chart import HEIGHT, WIDTH, Sample, sparkline


def points(drawing: str) -> list[list[tuple[float, float]]]:
    found = re.findall(r'<polyline class="line" points="([^"]*)"', drawing)
    return [[tuple(map(float, pair.split(","))) for pair in run.split()] for run in found]


def test_a_line_goes_from_zero_to_the_highest_and_ends_now() -> None:
    samples = [Sample(float(at), float(value)) for at, value in ((0, 0), (30, 5), (60, 10))]
    (line,) = points(sparkline(samples, "ready", 60))

    assert (0, HEIGHT - 2) == line[0]
    assert (WIDTH, 2) == line[-1]


def test_a_line_is_broken_where_nothing_was_measured() -> None:
    values = [1.0, 2.0, None, 3.0, None, None, 4.0]
    drawn = points(sparkline([Sample(at, value) for at, value in enumerate(values)], "x", 10))

    assert [2, 2, 2] == [len(line) for line in drawn]


@pytest.mark.parametrize("values", [[0.0], [0.0, 0.0], [1e18, 0.0]])
def test_nothing_is_drawn_outside(values: list[float]) -> None:
    for line in points(sparkline([Sample(at, value) for at, value in enumerate(values)], "x", 10)):
        assert all(0 <= y <= HEIGHT and -1 <= x <= WIDTH for x, y in line)


def test_what_is_drawn_is_told_in_words_too() -> None:
    drawing = sparkline([Sample(0, 7), Sample(2, 3)], "ready in <q>", 600)

    assert 'aria-label="ready in &lt;q&gt;, last 10 min: now 3, highest 7"' in drawing


def test_where_nothing_was_measured_nothing_is_drawn() -> None:
    assert "<svg" not in sparkline([Sample(0, None)], "x", 10)
    assert "<svg" not in sparkline([], "x", 10)
