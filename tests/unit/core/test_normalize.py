from datetime import UTC, datetime

import pytest

from mqworker.core.normalize import Moment, normalize
from mqworker.core.synonyms import FIELD_OF, SYNONYMS

RECEIVED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MOMENT = Moment(RECEIVED, None, "worker1", UTC)


def fields_of(record, moment=MOMENT):
    return normalize(record, moment)[0]


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


def test_the_senders_own_errors_and_receipt_are_details():
    record = {"errors": ["e"], "receivedtimestamp": "then", "mozdefhostname": "old", "mozdef": 1}
    fields = fields_of(record)
    assert fields["details"] == record
    assert "errors" not in fields


def test_every_synonym_belongs_to_one_field_only():
    assert len(FIELD_OF) == sum(len(names) for names in SYNONYMS.values())
