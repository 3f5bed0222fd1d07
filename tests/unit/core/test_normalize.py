import random
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.addresses import clean_addresses
from mqworker.core.normalize import Moment, _normalize_any, _normalize_plain, normalize
from mqworker.core.synonyms import FIELD_OF, SYNONYMS

RECEIVED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MOMENT = Moment(RECEIVED, None, "worker1", UTC)
REQUIRED = {
    *("receivedtimestamp", "utctimestamp", "timestamp", "mozdefhostname", "type", "tags"),
    *("category", "hostname", "processid", "processname", "severity", "source", "summary"),
    *("mozdef", "details"),
}
OPTIONAL = {"facility", "eventsource", "errors"}
TEXTS = ("category", "hostname", "processid", "processname", "severity", "summary", "type")

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "-", "INFO", "warning", "event", "2016-07-13T14:33:31Z"])
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from(["name", "file", "path"]), inner)
    ),
    max_leaves=6,
)
KNOWN_KEYS = st.sampled_from(
    [
        *FIELD_OF,
        *("details", "fields", "details.a", "fields.a", "details.b_int", "sourceip", "a", "b"),
        *("eventsourceipaddress", "message_2", "receivedtimestamp", "mozdef", "mozdefhostname"),
        *("errors", "process", "customendpoint"),
    ]
)
SPELLINGS = st.sampled_from([str, str.upper, str.title, "@{}".format, "@{}@".format])
KEYS = st.builds(lambda key, spell: spell(key), KNOWN_KEYS, SPELLINGS) | st.text(max_size=4)
RECORDS = st.dictionaries(KEYS, JSON_VALUES, max_size=12)
PLAIN_VALUES = st.text(max_size=5) | st.none() | st.integers() | st.just("2016-07-13T14:33:31Z")
PLAIN_RECORDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(TEXTS[:-1], PLAIN_VALUES),
        **dict.fromkeys(("source", "timestamp", "utctimestamp"), PLAIN_VALUES),
        "tags": st.lists(PLAIN_VALUES, max_size=3) | PLAIN_VALUES,
        "details": st.dictionaries(st.text(max_size=3), JSON_VALUES, max_size=4) | PLAIN_VALUES,
    },
)


def fields_of(record, moment=MOMENT):
    return normalize(record, moment).fields


def scalars_in(value):
    if isinstance(value, dict):
        return [scalar for inner in value.values() for scalar in scalars_in(inner)]
    if isinstance(value, list):
        return [scalar for inner in value for scalar in scalars_in(inner)]
    return [] if value is None or value == "" else [value]


def written(value):
    """Return a scalar as its text: normalizing may make text of it, in upper case."""
    if isinstance(value, bool):
        return str(value).upper()
    return str(value).upper()


def shuffled(value, seed):
    if isinstance(value, dict):
        pairs = [(key, shuffled(inner, seed)) for key, inner in value.items()]
        random.Random(seed).shuffle(pairs)
        return dict(pairs)
    return [shuffled(inner, seed) for inner in value] if isinstance(value, list) else value


def test_an_event_of_nothing_has_every_required_field():
    assert normalize({}, MOMENT) == (
        {
            "receivedtimestamp": "2026-11-23T09:30:00+00:00",
            "utctimestamp": "2026-11-23T09:30:00+00:00",
            "timestamp": "2026-11-23T09:30:00+00:00",
            "mozdefhostname": "worker1",
            "type": "event",
            "category": "UNKNOWN",
            "hostname": "UNKNOWN",
            "processid": "UNKNOWN",
            "processname": "UNKNOWN",
            "severity": "UNKNOWN",
            "source": "UNKNOWN",
            "summary": "UNKNOWN",
            "tags": [],
            "mozdef": {"plugins": []},
            "details": {},
        },
        None,
    )


def test_a_synonym_that_lost_is_kept_in_details():
    fields = fields_of(
        {"summary": "s", "message": "m", "payload": "p", "Host": "h", "hostname": "n"}
    )
    assert fields["summary"] == "s"
    assert fields["hostname"] == "n"
    assert fields["details"] == {"message": "m", "payload": "p", "host": "h"}


def test_a_synonym_that_says_the_same_is_not_kept_twice():
    assert fields_of({"summary": "s", "message": "s"})["details"] == {}


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_value_loses_against_any_other(empty):
    fields = fields_of({"message": "m", "summary": empty, "processid": empty, "pid": 7})
    assert fields["summary"] == "m"
    assert fields["processid"] == "7"
    assert fields["details"] == {}


def test_an_empty_string_without_a_rival_stays_and_null_is_unknown():
    fields = fields_of({"processid": "", "hostname": None, "facility": None})
    assert fields["processid"] == ""
    assert fields["hostname"] == "UNKNOWN"
    assert "facility" not in fields


def test_a_source_that_is_null_stays_null_unless_a_facility_says_more():
    assert fields_of({"source": None})["source"] is None
    assert fields_of({"source": None, "facility": "auth"})["source"] == "auth"


def test_the_facility_is_the_source_only_where_no_source_was_sent():
    fields = fields_of({"facility": "auth", "SyslogFacility": "AUTH"})
    assert (fields["source"], fields["facility"]) == ("auth", "auth")
    assert fields["details"] == {"syslogfacility": "AUTH"}
    assert fields_of({"facility": "auth", "source": "s_tcp"})["source"] == "s_tcp"
    assert fields_of({"SyslogFacility": "AUTH"})["source"] == "UNKNOWN"


def test_names_count_in_lower_case_and_without_at_signs():
    fields = fields_of(
        {"@Source_Host": "h", "MESSAGE": "m", "@@level": "warn", "@fields": {"A": 1}}
    )
    assert (fields["hostname"], fields["summary"], fields["severity"]) == ("h", "m", "WARN")
    assert fields["details"] == {"A": 1}


def test_of_spellings_of_one_name_the_plain_one_wins_and_the_other_is_kept():
    fields = fields_of({"Hostname": "Other", "@hostname": "Third", "hostname": "web1"})
    assert fields["hostname"] == "web1"
    assert fields["details"] == {"hostname": "Third", "hostname_2": "Other"}


def test_a_spelling_with_a_value_beats_the_plain_one_without():
    fields = fields_of({"Hostname": "web1", "hostname": ""})
    assert (fields["hostname"], fields["details"]) == ("web1", {})


def test_unknown_keys_become_details_in_lower_case():
    fields = fields_of({"Session_ID": "x", "Nested": {"Key": [1]}, "none": None, "load": "0.7"})
    expected = {"session_id": "x", "nested": {"Key": [1]}, "none": None, "load": "0.7"}
    assert fields["details"] == expected


def test_what_the_sender_wrote_into_details_wins_over_other_names():
    fields = fields_of({"details": {"eventid": 1}, "EventID": 2, "message": "m", "summary": "s"})
    assert fields["details"] == {"eventid": 1, "eventid_2": 2, "message": "m"}


def test_an_event_that_says_only_its_type_has_it_as_category():
    assert fields_of({"type": "syslog"})["category"] == "syslog"
    fields = fields_of({"type": "syslog", "category": "authentication"})
    assert fields["category"] == "authentication"
    assert fields["details"] == {"type": "syslog"}
    assert fields["type"] == "event"


def test_the_type_event_beside_a_category_says_nothing_new():
    assert fields_of({"type": "event", "category": "c"})["details"] == {}
    assert fields_of({"type": "event"})["category"] == "event"


def test_a_list_of_one_is_its_element_and_of_several_goes_to_details():
    fields = fields_of({"category": ["authentication"], "program": ["a", "b"], "pid": [7]})
    assert fields["category"] == "authentication"
    assert fields["processid"] == "7"
    assert (fields["processname"], fields["details"]) == ("UNKNOWN", {"program": ["a", "b"]})


def test_scalars_become_text_as_json_writes_them():
    fields = fields_of({"hostname": 5, "processid": 1.5, "category": True, "summary": 0})
    assert [fields[name] for name in ("hostname", "processid", "category", "summary")] == [
        *("5", "1.5", "true", "0")
    ]


def test_objects_where_text_belongs_move_to_details():
    fields = fields_of({"summary": {"a": 1}, "message": "m", "severity": {"level": 3}})
    assert fields["summary"] == "m"
    assert fields["details"] == {"summary": {"a": 1}, "severity": {"level": 3}}


@pytest.mark.parametrize(
    ("tags", "expected", "kept"),
    [
        ("one, two", ["one, two"], None),
        ("", [], None),
        (None, [], None),
        (["a", 1, True, None, ["b"]], ["a", "1", "true", "b"], None),
        (["a", {"k": 1}, ["b", "c"]], ["a"], [{"k": 1}, ["b", "c"]]),
        ({"env": "prod"}, [], {"env": "prod"}),
        (7, ["7"], None),
    ],
)
def test_tags_are_a_list_of_text_whatever_was_sent(tags, expected, kept):
    fields = fields_of({"tags": tags})
    assert fields["tags"] == expected
    assert fields["details"].get("tags") == kept


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"severity": 5, "level": "warning"}, "WARNING"),
        ({"severity": 7}, "7"),
        ({"priority": "4"}, "4"),
        ({"SyslogSeverity": "NOTICE", "SeverityValue": 2, "Severity": "INFO"}, "INFO"),
        ({"priority": "crit", "level": "notice"}, "NOTICE"),
        ({"severity": "Custom", "level": "info"}, "CUSTOM"),
    ],
)
def test_severity_is_in_upper_case_and_a_name_beats_a_number(record, expected):
    assert fields_of(record)["severity"] == expected


def test_objects_of_the_elastic_common_schema_supply_fields_and_stay_whole():
    record = {
        "host": {"name": "web1"},
        "log": {"file": {"path": "/var/log/auth.log"}, "level": "warn", "offset": 3},
        "process": {"name": "sshd", "pid": 12},
    }
    fields = fields_of(record)
    assert fields["hostname"] == "web1"
    assert fields["eventsource"] == "/var/log/auth.log"
    assert (fields["severity"], fields["processname"], fields["processid"]) == (
        "WARN",
        "sshd",
        "12",
    )
    assert fields["details"] == record


def test_names_that_mozdef_did_not_know_serve_and_stay_in_details():
    record = {"fromhost": "web1", "timereported": "2026-11-23T05:48:44+02:00", "_pid": "5"}
    fields, occurred = normalize(record, MOMENT)
    assert (fields["hostname"], fields["processid"]) == ("web1", "5")
    assert occurred == datetime(2026, 11, 23, 3, 48, 44, tzinfo=UTC)
    assert fields["details"] == record


def test_the_relays_address_is_not_the_sources():
    assert fields_of({"SOURCEIP": "10.1.1.1"})["details"] == {"eventsourceipaddress": "10.1.1.1"}
    both = {"sourceip": "10.1.1.1", "eventsourceipaddress": "10.1.1.2"}
    assert fields_of(both)["details"] == both


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


def test_a_missing_year_comes_from_the_stamp_and_a_missing_zone_from_the_moment():
    stamp = datetime(2019, 3, 1, tzinfo=UTC)
    moment = Moment(RECEIVED, stamp, "worker1", timezone(timedelta(hours=2)))
    assert (
        fields_of({"date": "Feb 28 23:00:00"}, moment)["timestamp"] == "2019-02-28T21:00:00+00:00"
    )


def test_a_time_in_a_list_of_one_is_that_time():
    assert fields_of({"@timestamp": [0]})["timestamp"] == "1970-01-01T00:00:00+00:00"


def test_the_senders_own_errors_and_receipt_are_details():
    record = {"errors": ["e"], "receivedtimestamp": "then", "mozdefhostname": "old", "mozdef": 1}
    fields = fields_of(record)
    assert fields["details"] == record
    assert "errors" not in fields


def test_an_event_in_its_final_form_keeps_its_own_fields():
    record = {
        "customendpoint": True,
        "endpoint": "vulnerability",
        "type": "vulnerability",
        "asset": {"hostname": "web1"},
        "Version": 2,
        "severity": "high",
        "utctimestamp": "2016-11-21T22:18:31.399746+02:00",
    }
    fields, occurred = normalize(record, MOMENT)
    assert occurred == datetime(2016, 11, 21, 20, 18, 31, 399746, tzinfo=UTC)
    assert fields == {
        **fields_of({}),
        **record,
        "timestamp": "2016-11-21T20:18:31.399746+00:00",
        "utctimestamp": "2016-11-21T20:18:31.399746+00:00",
    }


def test_an_event_in_its_final_form_is_made_safe_all_the_same():
    record = {
        "customendpoint": 1,
        "details": "text",
        "tags": "t",
        "hostname": ["a", "b"],
        "timestamp": "garbage",
        "errors": "mine",
        "mozdef": {"plugins": ["x"]},
        "type": {},
        "processid": 7,
    }
    fields = fields_of(record)
    assert fields["tags"] == ["t"]
    assert (fields["hostname"], fields["type"], fields["processid"]) == ("UNKNOWN", "event", "7")
    assert fields["mozdef"] == {"plugins": []}
    assert fields["errors"] == ["timestamp is not a time: garbage"]
    assert fields["details"] == {
        "message": "text",
        "hostname": ["a", "b"],
        "timestamp": "garbage",
        "errors": "mine",
        "mozdef": {"plugins": ["x"]},
        "type": {},
    }


@pytest.mark.parametrize("value", [False, 0, "", None])
def test_a_false_customendpoint_is_a_key_like_any_other(value):
    fields = fields_of({"customendpoint": value, "message": "m"})
    assert (fields["summary"], fields["details"]) == ("m", {"customendpoint": value})


def test_every_synonym_belongs_to_one_field_only():
    assert len(FIELD_OF) == sum(len(names) for names in SYNONYMS.values())


@given(RECORDS)
def test_every_record_gives_every_field_in_its_type(record):
    fields, occurred = normalize(record, MOMENT)
    assert fields.keys() >= REQUIRED
    if not record.get("customendpoint"):
        assert fields.keys() <= REQUIRED | OPTIONAL
    assert all(type(fields[name]) is str for name in TEXTS)
    assert all(type(fields.get(name, "")) is str for name in ("facility", "eventsource"))
    assert fields["source"] is None or type(fields["source"]) is str
    assert all(type(tag) is str for tag in fields["tags"])
    assert all(type(error) is str for error in fields.get("errors", []))
    assert type(fields["details"]) is dict
    assert fields["mozdef"] == {"plugins": []}
    assert fields["utctimestamp"] == (occurred or RECEIVED).isoformat()


@given(RECORDS, st.integers())
def test_the_order_of_keys_changes_nothing(record, seed):
    assert normalize(shuffled(record, seed), MOMENT) == normalize(record, MOMENT)


@given(RECORDS)
def test_the_record_itself_is_not_changed(record):
    before = orjson.dumps(record)
    clean_addresses(fields_of(record))
    assert orjson.dumps(record) == before


@given(RECORDS)
def test_every_value_that_was_sent_is_somewhere_in_the_event(record):
    fields, occurred = normalize(record, MOMENT)
    there = {written(scalar) for scalar in scalars_in(fields)}
    for key, value in record.items():
        is_time = FIELD_OF.get(key.replace("@", "").lower()) == "time"
        if not (is_time and occurred):
            assert {written(scalar) for scalar in scalars_in(value)} <= there


@given(RECORDS)
def test_an_event_normalized_again_stays_as_it_is(record):
    fields = fields_of(record)
    if "errors" not in fields:
        assert fields_of(fields) == fields


@given(RECORDS)
def test_what_can_be_serialized_before_can_be_serialized_after(record):
    fields = fields_of(record)
    clean_addresses(fields)
    assert orjson.loads(orjson.dumps(fields)) == fields


@given(PLAIN_RECORDS)
def test_the_short_way_gives_what_the_long_way_gives(record):
    short = _normalize_plain(record, MOMENT)
    assert short is None or short == _normalize_any(record, MOMENT)


def test_a_canonical_record_takes_the_short_way():
    record = {
        **dict.fromkeys(TEXTS[:-1], "x"),
        "source": "x",
        "timestamp": "2026-11-23T03:48:44+00:00",
        "utctimestamp": "2026-11-23T03:48:44+00:00",
        "tags": ["a"],
        "details": {"username": "joe"},
    }
    assert _normalize_plain(record, MOMENT) is not None
