from datetime import UTC, datetime, timedelta, timezone

from mqworker.core.normalize import Moment, normalize

RECEIVED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MOMENT = Moment(RECEIVED, None, "worker1", UTC)


def fields_of(record, moment=MOMENT):
    return normalize(record, moment)[0]


def test_a_time_is_written_in_utc_and_is_the_events_own():
    fields, occurred = normalize({"@timestamp": "2016-07-13T14:33:31.5-08:00"}, MOMENT)
    assert occurred == datetime(2016, 7, 13, 22, 33, 31, 500_000, tzinfo=UTC)
    assert fields["utctimestamp"] == "2016-07-13T22:33:31.500000+00:00"
    assert fields["timestamp"] == fields["utctimestamp"]
    assert fields["receivedtimestamp"] == "2026-11-23T09:30:00+00:00"


def test_of_several_times_the_first_by_name_wins_and_equal_ones_are_forgotten():
    fields = fields_of(
        {
            "date": "Nov 23 04:00:00",
            "utctimestamp": "2026-11-23T03:48:44Z",
            "timestamp": "2026-11-23T05:48:44+02:00",
        }
    )
    assert fields["utctimestamp"] == "2026-11-23T03:48:44+00:00"
    assert fields["details"] == {"date": "Nov 23 04:00:00"}


def test_a_time_that_is_none_is_kept_and_told_and_another_is_used():
    record = {"eventtime": "soon", "timestamp": {"a": 1}, "utctimestamp": "2026-11-23T03:48:44Z"}
    fields, occurred = normalize(record, MOMENT)
    assert occurred == datetime(2026, 11, 23, 3, 48, 44, tzinfo=UTC)
    assert fields["details"] == {"eventtime": "soon", "timestamp": {"a": 1}}
    assert fields["errors"] == [
        "eventtime is not a time: soon",
        "timestamp is not a time: an object or an array",
    ]


def test_without_a_time_of_its_own_an_event_has_the_stamp_or_the_receipt():
    stamped = MOMENT._replace(stamp=RECEIVED - timedelta(hours=1))
    fields, occurred = normalize({"timestamp": "garbage"}, stamped)
    assert occurred is None
    assert fields["utctimestamp"] == "2026-11-23T08:30:00+00:00"
    assert fields["errors"] == ["timestamp is not a time: garbage"]
    assert fields_of({})["utctimestamp"] == "2026-11-23T09:30:00+00:00"


def test_a_time_in_a_list_of_one_is_that_time():
    assert fields_of({"@timestamp": [0]})["timestamp"] == "1970-01-01T00:00:00+00:00"


def test_a_missing_year_comes_from_the_stamp_and_a_missing_zone_from_the_moment():
    stamp = datetime(2019, 3, 1, tzinfo=UTC)
    moment = Moment(RECEIVED, stamp, "worker1", timezone(timedelta(hours=2)))
    assert (
        fields_of({"date": "Feb 28 23:00:00"}, moment)["timestamp"] == "2019-02-28T21:00:00+00:00"
    )
