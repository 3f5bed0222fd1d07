from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.backoff import Backoff


def test_delays_double_until_the_longest():
    backoff = Backoff(1.0, 8.0)
    assert [backoff.delay_s(n, 1.0) for n in range(5)] == [1.0, 2.0, 4.0, 8.0, 8.0]


@given(st.integers(0, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_delay_is_at_least_half_and_never_over_the_longest(attempt, chance):
    assert 0.25 <= Backoff(0.5, 30.0).delay_s(attempt, chance) <= 30.0
