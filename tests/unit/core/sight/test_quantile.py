import pytest

from mqworker.core.sight.quantile import mean, quantile, since
from mqworker.core.sight.state import Spread

SPREAD = Spread((1.0, 2.0, 4.0), (0, 10, 10, 0), 45.0)


@pytest.mark.parametrize(("share", "value"), [(0.25, 1.5), (0.5, 2.0), (0.75, 3.0), (1.0, 4.0)])
def test_values_are_spread_evenly_between_two_bounds(share, value):
    assert value == quantile(SPREAD, share)


def test_beyond_the_last_bound_it_is_that_bound():
    assert 4.0 == quantile(Spread((1.0, 4.0), (0, 1, 9), 90.0), 0.99)


def test_of_nothing_there_is_none():
    assert (None, None) == (quantile(Spread(), 0.5), mean(Spread((1.0,), (0, 0), 0.0)))


def test_what_came_between_two_looks_is_the_difference():
    later = Spread((1.0, 2.0, 4.0), (1, 10, 12, 0), 50.0)
    assert Spread((1.0, 2.0, 4.0), (1, 0, 2, 0), 5.0) == since(later, SPREAD)


def test_after_a_new_start_it_is_everything():
    later = Spread((1.0, 2.0, 4.0), (1, 2, 0, 0), 3.0)
    assert later == since(later, SPREAD)


def test_the_mean_is_the_sum_by_the_count():
    assert 2.25 == mean(SPREAD)
