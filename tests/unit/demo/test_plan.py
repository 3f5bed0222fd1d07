from collections import Counter
from datetime import UTC, datetime

import pytest

from mqworker.core.traffic import BAD, KINDS
from mqworker.demo.plan import COUNT, Plan, make_plan

NOW = datetime(2026, 11, 23, 9, 30, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(NOW, COUNT)


def test_every_kind_of_event_and_every_way_of_being_bad_is_sent(plan: Plan):
    assert {*KINDS, "connection"} == set(plan.good_by_kind())
    assert set(BAD) == set(plan.bad_by_way())


def test_what_is_sent_twice_is_good_and_comes_again_only_later(plan: Plan):
    times = Counter(plan.bodies)
    twice = [body for body, number in times.items() if number == 2]

    assert {1, 2} == set(times.values())
    assert plan.repeated == len(twice) > 50
    for body in twice:
        assert plan.planted[body].bad is None
        assert plan.bodies.index(body, plan.bodies.index(body) + 1) - plan.bodies.index(body) > 20


def test_all_that_is_sent_is_counted_once(plan: Plan):
    assert set(plan.planted) == set(plan.bodies)
    assert len(plan.bodies) == plan.good + plan.repeated + plan.bad_by_way().total()
    assert plan.good == plan.good_by_kind().total()


def test_the_same_time_makes_the_same_plan(plan: Plan):
    assert plan == make_plan(NOW, COUNT)
