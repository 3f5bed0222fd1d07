from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.naming import Naming, earlier_places, place

NAMING = Naming()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_events_own_time_names_the_index():
    assert place(NAMING, NOW - DAY, NOW, NOW) == "events-20261122"


def test_without_an_own_time_the_amqp_timestamp_names_the_index():
    assert place(NAMING, None, NOW - 3 * DAY, NOW) == "events-20261120"


def test_without_either_the_day_of_receipt_names_the_index():
    assert place(NAMING, None, None, NOW) == "events-20261123"


def test_times_out_of_bounds_share_one_index():
    assert place(NAMING, NOW - 91 * DAY, None, NOW) == "events-out-of-range"
    assert place(NAMING, NOW + 2 * DAY, None, NOW) == "events-out-of-range"


def test_the_bounds_themselves_are_within():
    assert place(NAMING, NOW - 90 * DAY, None, NOW) == "events-20260825"
    assert place(NAMING, NOW + DAY, None, NOW) == "events-20261124"


def test_bounds_count_from_the_amqp_timestamp():
    assert place(NAMING, NOW - 100 * DAY, NOW - 20 * DAY, NOW) == "events-20260815"


def test_an_amqp_timestamp_out_of_bounds_opens_no_index():
    far = datetime(2099, 1, 1, tzinfo=UTC)
    assert place(NAMING, None, far, NOW) == "events-20261123"
    assert place(NAMING, far, far, NOW) == "events-out-of-range"


def test_a_redelivery_after_midnight_is_looked_for_in_the_day_before_first():
    after_midnight = datetime(2026, 11, 24, 0, 1, tzinfo=UTC)
    assert earlier_places(NAMING, None, None, after_midnight)[0] == "events-20261123"


def test_a_redelivery_to_a_worker_whose_clock_is_behind_is_looked_for_in_the_day_after():
    before_midnight = datetime(2026, 11, 23, 23, 59, 58, tzinfo=UTC)
    assert "events-20261124" in earlier_places(NAMING, None, None, before_midnight)


times = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - bounds are naive here
    lambda when: when.replace(tzinfo=UTC)
)


@given(st.none() | times, st.none() | times, times, st.integers(-1, 6))
def test_wherever_an_earlier_delivery_went_a_redelivery_looks(occurred, stamp, first, days_later):
    again = first + timedelta(days=days_later)
    before = place(NAMING, occurred, stamp, first)
    looked_at = (
        place(NAMING, occurred, stamp, again),
        *earlier_places(NAMING, occurred, stamp, again),
    )
    assert before in looked_at
