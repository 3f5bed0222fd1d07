"""Every form of notification, by what real services sent and by their documentation."""

import json
from pathlib import Path

import pytest

from mqworker.core.cloudtrail.notification import Location, Notice, read_notification
from mqworker.core.errors import Refused

CAPTURE = Path(__file__).parents[3] / "data" / "captures" / "cloudtrail" / "capture.json"
KEY = "AWSLogs/1/CloudTrail/eu-central-1/2026/11/23/a b+c.json.gz"
HERE = Location("b", KEY)
NOTICE = {"s3Bucket": "b", "s3ObjectKey": [KEY]}
S3 = {
    "Records": [
        {
            "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": "b"},
                "object": {"key": KEY.replace("+", "%2B").replace(" ", "+")},
            },
        }
    ]
}
EVENTBRIDGE = {
    "source": "aws.s3",
    "detail-type": "Object Created",
    "detail": {"bucket": {"name": "b"}, "object": {"key": KEY}},
}


def wrapped(notice, kind="Notification"):
    text = notice if isinstance(notice, str) else json.dumps(notice)
    return {"Type": kind, "TopicArn": "arn:aws:sns:eu-central-1:1:t", "Message": text}


def read(notice):
    return read_notification(notice if isinstance(notice, str) else json.dumps(notice))


@pytest.mark.parametrize(
    "notice",
    [
        NOTICE,
        NOTICE | {"s3ObjectKey": KEY},
        NOTICE | {"s3ObjectKey": [KEY, KEY]},
        S3,
        EVENTBRIDGE,
        {"Message": json.dumps(NOTICE)},
        wrapped(NOTICE),
        wrapped(S3),
        wrapped(EVENTBRIDGE),
        wrapped(wrapped(S3)),
    ],
)
def test_every_form_names_the_object_raw_or_in_an_envelope(notice):
    assert Notice((HERE,)) == read(notice)


def test_captured_messages_are_understood():
    capture = json.loads(CAPTURE.read_text())
    key = capture["s3_object_key"]
    bodies = [each["Body"] for each in capture["sqs_messages_sns_wrapped"]]
    bodies += [each["Body"] for each in capture["sqs_messages_s3_event"]]
    expected = [
        Notice((Location("ship-trail", key),)),
        Notice(skipped=("test event of S3",)),
        Notice((Location("ship-trail", f"{key}2"),)),
    ]
    assert expected == [read_notification(body) for body in bodies]


def test_several_objects_of_a_message_are_all_named():
    keys = [f"a/CloudTrail/{number}.json.gz" for number in range(3)]
    assert tuple(Location("b", key) for key in keys) == read(NOTICE | {"s3ObjectKey": keys}).objects
    both = {"Records": S3["Records"] * 2 + [{"eventName": "ObjectRemoved:Delete"}]}
    assert Notice((HERE,), None, ("event ObjectRemoved:Delete of S3",)) == read(both)


@pytest.mark.parametrize(
    ("notice", "told"),
    [
        (wrapped("CloudTrail validation message."), "validation message"),
        ("CloudTrail validation message.", "validation message"),
        ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}, "test event of S3"),
        (wrapped({"Event": "s3:TestEvent"}), "test event of S3"),
        (EVENTBRIDGE | {"detail-type": "Object Deleted"}, "event Object Deleted of EventBridge"),
        (
            NOTICE | {"s3ObjectKey": "AWSLogs/1/CloudTrail-Digest/eu/x.json.gz"},
            "digest file s3://b/AWSLogs/1/CloudTrail-Digest/eu/x.json.gz",
        ),
        (NOTICE | {"s3ObjectKey": "AWSLogs/"}, "folder s3://b/AWSLogs/"),
    ],
)
def test_what_there_is_nothing_to_read_of_is_skipped(notice, told):
    assert Notice(skipped=(told,)) == read(notice)


def test_a_record_by_eventbridge_is_in_the_message_itself():
    record = {"eventID": "e1", "eventName": "RunInstances"}
    notice = {"source": "aws.ec2", "detail-type": "AWS API Call via CloudTrail", "detail": record}
    assert Notice(record=record) == read(notice)


@pytest.mark.parametrize(
    ("notice", "reason"),
    [
        ("hello", "not JSON"),
        ("[]", "not an object"),
        ("{}", "no notification of CloudTrail, S3 or EventBridge"),
        ({"Message": None}, "the Message of the envelope is no text"),
        ({"Message": ""}, "not JSON"),
        (wrapped(NOTICE, "SubscriptionConfirmation"), "SNS sent a SubscriptionConfirmation"),
        ({"s3ObjectKey": [KEY]}, "a notification without bucket or key"),
        (NOTICE | {"s3ObjectKey": [7]}, "a notification without bucket or key"),
        ({"Records": [{"eventName": "ObjectCreated:Put"}]}, "without bucket or key"),
        (EVENTBRIDGE | {"detail": None}, "an event of EventBridge without detail"),
        (wrapped(wrapped(wrapped(wrapped(NOTICE)))), "more than three envelopes"),
    ],
)
def test_anything_else_is_refused_with_a_reason(notice, reason):
    with pytest.raises(Refused, match=reason):
        read(notice)
