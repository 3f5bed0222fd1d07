"""Records to events, by cases of our own and, where they are present, MozDef's."""

import json
import os
from pathlib import Path

import orjson
import pytest

from mqworker.config.extractors import load_extractors
from mqworker.config.schemafiles import load_schemas
from mqworker.core.cloudtrail.event import canonical_event
from mqworker.core.errors import Refused
from mqworker.core.extract import Extraction
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.pipeline import prepare
from mqworker.core.policy import Policy
from tests.unit.core.subset import RECEIVED, part_of, without

SHARED = Path(os.environ.get("MQWORKER_SHARED") or Path(__file__).parents[5] / "shared")
CASES = SHARED / "cases" / "mozdef.jsonl"
CAPTURE = Path(__file__).parents[3] / "data" / "captures" / "cloudtrail" / "capture.json"
POLICY = Policy(load_schemas(()), extraction=Extraction(load_extractors()))
NO_ADDRESS = "details/sourceipaddress"

RECORD = {
    "eventTime": "2026-11-23T12:00:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "PutObject",
    "eventType": "AwsApiCall",
    "sourceIPAddress": "203.0.113.9",
    "eventID": "e1",
}


def document(record, *tags):
    """Return what the worker makes of a record's event."""
    body = orjson.dumps(canonical_event(record, tags))
    prepared = prepare(Delivery(Tag(1, 1), body, PlainProperties(), RECEIVED), POLICY)
    assert () == prepared.failures
    return prepared.events[0].fields


def cases():
    if not CASES.is_file():
        return []
    found = map(json.loads, CASES.read_text("utf-8").splitlines())
    mine = [case for case in found if case["metadata"]["layer"] == "cloudtrail"]
    return [pytest.param(case, id=case["name"]) for case in mine]


@pytest.mark.parametrize("case", cases())
def test_a_record_gives_the_document_that_mozdef_gives(case):
    expected = without(case["expected"], case["metadata"]["ignore"])
    if expected["details"]["sourceipaddress"] == "0.0.0.0":  # noqa: S104 - MozDef's, for a name
        expected = without(expected, [NO_ADDRESS])
    tag = case["metadata"]["options"]["taskexchange"]
    assert expected == part_of(document(case["input"], tag), expected)


def test_the_records_of_a_captured_file_become_documents():
    for record in json.loads(CAPTURE.read_text())["s3_object_json"]["Records"]:
        found = document(record)
        assert ("AwsConsoleSignIn", "signin.amazonaws.com") == (
            found["category"],
            found["hostname"],
        )
        assert ["joe", "AKIAEXAMPLE", "203.0.113.9"] == [
            found["details"][name] for name in ("username", "sessionid", "sourceipaddress")
        ]


def test_the_name_of_a_service_is_no_address():
    found = document(RECORD | {"sourceIPAddress": "cloudformation.amazonaws.com"})
    assert "sourceipaddress" not in found["details"]
    assert "cloudformation.amazonaws.com" == found["details"]["source"]
    assert (
        "cloudformation.amazonaws.com performed PutObject in s3.amazonaws.com" == (found["summary"])
    )


def test_a_record_that_says_little_is_an_event_all_the_same():
    found = document({"eventName": "X"})
    assert ["cloudtrail", "UNKNOWN", "somebody performed X in an unnamed service"] == [
        found[name] for name in ("category", "hostname", "summary")
    ]


def test_text_and_object_under_one_name_become_one_form():
    texts = document(RECORD | {"requestParameters": {"role": "r", "filter": "f"}})["details"]
    objects = document(RECORD | {"responseElements": {"role": {"Arn": "r"}, "state": None}})
    assert {"role": "r", "filter": {"raw_value": '"f"'}} == texts["requestparameters"]
    assert {"role": {"raw_value": '{"arn": "r"}'}, "state": None} == (
        objects["details"]["responseelements"]
    )


def test_what_has_too_many_names_for_an_event_is_kept_whole_as_text():
    many = {f"k{number}": number for number in range(3000)}
    found = document(RECORD | {"requestParameters": many})
    assert many == json.loads(found["details"]["requestparameters"]["raw_value"])


def test_what_is_too_deep_for_an_event_is_kept_whole_as_text():
    deep = json.loads('{"a":' * 40 + "1" + "}" * 40)
    found = document(RECORD | {"responseElements": deep})
    assert deep == json.loads(found["details"]["responseelements"]["raw_value"])


def test_the_same_record_gives_the_same_event():
    assert canonical_event(RECORD, ["t"]) == canonical_event(json.loads(json.dumps(RECORD)), ["t"])


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"a": 1}, "no record of CloudTrail: no eventName, no eventSource"),
        (json.loads('{"a":' * 200 + "1" + "}" * 200), "nested more than 100 levels deep"),
    ],
)
def test_what_is_no_record_is_refused_with_a_reason(record, reason):
    with pytest.raises(Refused) as refused:
        canonical_event(record)
    assert reason == refused.value.refusal.reason
