import pytest

from benchmarks.drawing import Bar, chart
from benchmarks.report import busy, table


def test_a_table_has_columns_as_wide_as_their_widest_cell():
    assert table(("arm", "us"), [("sources", "1"), ("c", "10.5")]).splitlines() == [
        "=======  ====",
        "arm      us",
        "=======  ====",
        "sources  1",
        "c        10.5",
        "=======  ====",
    ]


def test_busy_is_a_share_of_all_processors():
    result = {"steady": 10_000, "worker_us": 50, "broker_us": 30, "sink_us": 20}
    assert busy(result, 2) == pytest.approx(0.5)


def test_a_drawing_names_each_bar_and_shows_its_sum():
    drawn = chart("CPU", ("worker", "broker"), [Bar("a < b", (10, 20))])
    assert "a &lt; b" in drawn
    assert ">30<" in drawn
