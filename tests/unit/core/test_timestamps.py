from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mqworker.core.timestamps import AHEAD, read_time, write_time

BASE = datetime(2026, 11, 23, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def times_between(first, last):
    """Return a strategy of aware times in UTC, between two years."""
    span = int(
        (datetime(last, 1, 1, tzinfo=UTC) - datetime(first, 1, 1, tzinfo=UTC)).total_seconds()
    )
    return st.integers(0, span * 10**6).map(
        lambda number: datetime(first, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)
    )


AWARE = times_between(1001, 9999)


def read(value, base=BASE, zone=UTC):
    time = read_time(value, base, zone)
    return None if time is None else time.isoformat()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1468443523, "2016-07-13T20:58:43+00:00"),
        (1468443523.0, "2016-07-13T20:58:43+00:00"),
        ("1468443523", "2016-07-13T20:58:43+00:00"),
        (" 1468443523 ", "2016-07-13T20:58:43+00:00"),
        ("1468443523.123456", "2016-07-13T20:58:43.123456+00:00"),
        (1795414983.821357, "2026-11-23T06:23:03.821357+00:00"),
        (1468443523123, "2016-07-13T20:58:43.123000+00:00"),
        ("1468443523123", "2016-07-13T20:58:43.123000+00:00"),
        (1468443523123.25, "2016-07-13T20:58:43.123250+00:00"),
        (1468443523123456, "2016-07-13T20:58:43.123456+00:00"),
        (1468443523123456789, "2016-07-13T20:58:43.123456+00:00"),
        (1.468443523e18, "2016-07-13T20:58:43+00:00"),
        (1.468443523e11, "2016-07-13T20:58:43+00:00"),
        (999999999, "2001-09-09T01:46:39+00:00"),
        (999999999000, "2001-09-09T01:46:39+00:00"),
        (999999999000000000, "2001-09-09T01:46:39+00:00"),
    ],
)
def test_a_number_is_in_the_unit_that_its_size_tells(value, expected):
    assert read(value) == expected


@pytest.mark.parametrize("value", [0, -1, 0.0, -0.0, -12345.6, "0", "0.0000", "-12345", "-86400.0"])
def test_zero_and_less_is_the_start_of_1970(value):
    assert read(value) == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("value", [1, 10, 99_999_999, "10", 14680064.5, 10**20, 1e300, 10**400])
def test_a_number_too_small_or_too_large_is_no_time(value):
    assert read(value) is None


@pytest.mark.parametrize("value", ["20140217", 20140217])
def test_eight_digits_of_a_date_are_that_day_in_the_given_zone(value):
    assert read(value, zone=BERLIN) == "2014-02-16T23:00:00+00:00"


@pytest.mark.parametrize("value", ["20140217123456", 20140217123456])
def test_fourteen_digits_of_date_and_time_are_that_time(value):
    assert read(value) == "2014-02-17T12:34:56+00:00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2014-02-14T16:48:19.035Z", "2014-02-14T16:48:19.035000+00:00"),
        ("2014-02-14T16:48:19.035z", "2014-02-14T16:48:19.035000+00:00"),
        ("2014-02-14T16:48:19,035Z", "2014-02-14T16:48:19.035000+00:00"),
        ("2014-02-14T11:48:19.035762739-05:00", "2014-02-14T16:48:19.035762+00:00"),
        ("2016-07-13 14:33:31.625443-08:00", "2016-07-13T22:33:31.625443+00:00"),
        ("2026-11-23T05:48:44+0000", "2026-11-23T05:48:44+00:00"),
        ("2026-11-23T05:48:44+05", "2026-11-23T00:48:44+00:00"),
        ("2017-05-25 07:14:15 +0000", "2017-05-25T07:14:15+00:00"),
        ("2017-05-25 07:14:15 UTC", "2017-05-25T07:14:15+00:00"),
        ("2017-05-25 07:14:15 GMT", "2017-05-25T07:14:15+00:00"),
        ("2017-05-25t07:14:15z", "2017-05-25T07:14:15+00:00"),
        ("2017/05/25 07:14:15", "2017-05-25T07:14:15+00:00"),
        ("2017.5.25 7:14", "2017-05-25T07:14:00+00:00"),
        ("2017-05-25T07:14Z", "2017-05-25T07:14:00+00:00"),
        ("20170525T071415Z", "2017-05-25T07:14:15+00:00"),
        ("2017-05-25", "2017-05-25T00:00:00+00:00"),
        ("2017-05-25T07:14:15.123456789123 Z", "2017-05-25T07:14:15.123456+00:00"),
    ],
)
def test_iso_8601_is_read_with_any_offset_and_fraction(value, expected):
    assert read(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 25 Dec 1995 13:30:00 GMT", "1995-12-25T13:30:00+00:00"),
        ("25 Dec 1995 13:30:00 +0430", "1995-12-25T09:00:00+00:00"),
        ("Mon, 25 Dec 1995 13:30 -0500 (EST)", "1995-12-25T18:30:00+00:00"),
        ("Mon, 25 Dec 1995 13:30:00 PDT", "1995-12-25T20:30:00+00:00"),
        ("10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36+00:00"),
        ("Tue Oct 27 14:01:12 2017", "2017-10-27T14:01:12+00:00"),
        ("Tue Oct 27 14:01:12 UTC 2017", "2017-10-27T14:01:12+00:00"),
        ("Oct 27 2017 14:01:12.123 UTC", "2017-10-27T14:01:12.123000+00:00"),
        ("27-Oct-2017 14:01:12.5", "2017-10-27T14:01:12.500000+00:00"),
        ("Oct 27, 2017 2:01:12 PM", "2017-10-27T14:01:12+00:00"),
        ("10/27/2017 02:01:12 PM", "2017-10-27T14:01:12+00:00"),
        ("27.10.2017 14:01:12", "2017-10-27T14:01:12+00:00"),
        ("October 27, 2017", "2017-10-27T00:00:00+00:00"),
        ("14 February 2014 12:00", "2014-02-14T12:00:00+00:00"),
    ],
)
def test_the_other_usual_forms_are_read_too(value, expected):
    assert read(value) == expected


@pytest.mark.parametrize(
    "value", ["2016-07-13 14:33:31", "Jul 13 14:33:31", "13 Jul 2016 14:33:31", "20160713143331"]
)
def test_a_time_without_zone_is_in_the_given_one(value):
    assert read(value, datetime(2016, 7, 14, tzinfo=UTC), BERLIN) == "2016-07-13T12:33:31+00:00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Oct 27 14:01:12", "2026-10-27T14:01:12+00:00"),
        ("Oct  7 04:01:12.5", "2026-10-07T04:01:12.500000+00:00"),
        ("Nov 24 08:59:59", "2026-11-24T08:59:59+00:00"),
        ("Nov 24 09:00:01", "2025-11-24T09:00:01+00:00"),
        ("Dec 31 23:59:59", "2025-12-31T23:59:59+00:00"),
        ("Feb 29 12:00:00", "2024-02-29T12:00:00+00:00"),
        ("27 Oct 14:01:12", "2026-10-27T14:01:12+00:00"),
    ],
)
def test_a_missing_year_puts_the_time_at_most_a_day_after_the_base(value, expected):
    assert read(value) == expected


def test_on_new_years_day_the_last_seconds_of_december_are_of_the_old_year():
    base = datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC)
    assert read("Dec 31 23:59:59", base) == "2026-12-31T23:59:59+00:00"


def test_on_the_last_day_of_the_year_a_clock_ahead_is_in_the_new_year():
    base = datetime(2026, 12, 31, 23, 59, 55, tzinfo=UTC)
    assert read("Jan  1 00:00:02", base) == "2027-01-01T00:00:02+00:00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
        ("2016-12-31 23:59:60.5 +0000", "2017-01-01T00:00:00.500000+00:00"),
        ("31/Dec/2016:23:59:60 +0000", "2017-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:60Z", None),
    ],
)
def test_a_leap_second_is_the_second_after_it(value, expected):
    assert read(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "03/04/2017 14:01:12",  # March or April
        "10-11-2012 10:00:00",
        "10-11-12",
        "25 Dec 95 13:30:00 +0000",  # which century
        "Tue Oct 27 14:01:12 CEST 2017",  # zone names are not unique
        "2026-11-23T05:48:44 IST",
        "2014-02-14-05:00",  # an offset or an hour
        "12:30 10 2014",
        "10:30",
        "Tue 14:00",
    ],
)
def test_what_could_mean_two_times_is_not_guessed(value):
    assert read(value) is None


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "t", "a", "-", "10:", "garbage", "nan", "inf", "1e9", "2014", "2014-13", "May"),
        *("Feb 30 12:00:00", "2017-02-30", "0000-01-01T00:00:00Z", "2016-01-01T25:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2016-01-01T00:00:00+99:99"),
        *("2016-01-01T00:00:00+24:00", "1468443523Z", "9" * 5000, "x" * 1_000_000, "٢٠١٤-٠٢-١٤"),
        *(True, False, None, [], [1468443523], {}, float("nan"), float("inf"), b"2014-02-14"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_time_is_none(value):
    assert read(value) is None


@given(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=70)
    | st.from_regex(r"[0-9a-zA-Z:/., +-]{1,40}", fullmatch=True)
    | st.from_regex(r"(\d{4}-\d\d-\d\d|\w{3} \d\d|\d\d/\w{3}/\d{4}).\d\d:\d\d:\d\d.{0,8}")
)
@example("0")
@example("9999-12-31T23:59:59.999999999-23:59")
@example("Jan 1 00:00:00 0001")
def test_no_value_raises_and_every_time_is_aware_in_utc(value):
    for zone in (UTC, BERLIN, timezone(-timedelta(hours=23))):
        time = read_time(value, BASE, zone)
        assert time is None or time.utcoffset() == timedelta(0)


@given(AWARE, st.sampled_from([UTC, BERLIN, timezone(timedelta(hours=-5, minutes=-30))]))
def test_a_time_written_by_isoformat_comes_back(time, zone):
    local = time.astimezone(zone)
    if local.year >= 1000 and local.utcoffset().seconds % 60 == 0:
        assert read_time(local.isoformat(), BASE, UTC) == time
        assert read_time(local.isoformat(" "), BASE, UTC) == time


@given(times_between(1974, 2286))
def test_epoch_numbers_of_every_unit_come_back(time):
    whole = int((time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
    assert read_time(whole // 10**6, BASE, UTC) == time.replace(microsecond=0)
    if time.year >= 1980:
        assert read_time(whole, BASE, UTC) == time
        assert read_time(str(whole * 1000 + 999), BASE, UTC) == time


@given(AWARE, times_between(1990, 2200))
def test_a_time_without_year_is_the_latest_one_that_is_not_ahead(time, base):
    placed = read_time(time.strftime("%b %d %H:%M:%S"), base, UTC)
    assert placed <= base + AHEAD
    if (time.month, time.day) != (2, 29):
        assert placed > base + AHEAD - timedelta(days=366)


@given(times_between(1, 9999))
def test_times_are_written_as_isoformat_writes_them(time):
    assert write_time(time) == time.isoformat()
