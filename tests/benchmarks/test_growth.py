from dataclasses import replace

import pytest

from benchmarks.growth import Costs, groups, most_shared, needs, workers

COSTS = Costs(
    worker_us=50,
    broker_us=20,
    sink_us=100,
    foreign_us=5,
    queue_rate=20_000,
    base_mb=100,
    remembered_bytes=400,
    window_s=1000,
    stored_bytes=500,
    message_bytes=700,
)
ROOMY = replace(COSTS, most_mb=100_000)


def test_one_worker_is_enough_up_to_its_planned_load():
    assert (workers(COSTS, 14_000), workers(COSTS, 14_001)) == (1, 2)


def test_workers_that_read_each_other_are_more_than_the_rate_alone_needs():
    assert workers(COSTS, 70_000) == 9
    assert workers(replace(COSTS, foreign_us=0.1), 70_000) == 6


def test_no_number_of_workers_is_enough_beyond_what_a_memory_allows():
    assert most_shared(COSTS) == pytest.approx(140_000)
    assert workers(COSTS, 140_000) is None


def test_groups_keep_away_from_that():
    assert (groups(ROOMY, 69_900), groups(ROOMY, 71_000)) == (1, 2)


def test_memory_grows_with_what_a_group_remembers():
    assert needs(COSTS, 10_000).worker_mb == pytest.approx(100 + 4000)
    assert needs(ROOMY, 139_000).worker_mb == pytest.approx(100 + 27_800)


def test_groups_are_more_where_memory_is_short():
    assert groups(COSTS, 40_000) == 3
