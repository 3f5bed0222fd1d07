from datetime import UTC, datetime

import pytest

from mqworker.core.normalize import Moment, normalize

RECEIVED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MOMENT = Moment(RECEIVED, None, "worker1", UTC)


def fields_of(record, moment=MOMENT):
    return normalize(record, moment)[0]


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
