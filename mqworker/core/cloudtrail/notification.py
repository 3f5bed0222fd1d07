"""The body of an SQS message -> the objects to read.

=========================================  =====================================================
body                                       answer
=========================================  =====================================================
SNS envelope (`Type`, `Message`)           what its `Message` says, also of several envelopes
CloudTrail's notice (`s3Bucket`,           each object; the same in raw message delivery
`s3ObjectKey`: one, or a list)
S3 event notification (`Records`)          each object that was created; keys are URL-encoded
S3's event by EventBridge                  the object, when it was created; its key is plain
CloudTrail's record by EventBridge         that record
"CloudTrail validation message.",          nothing to read
`s3:TestEvent`, other events of S3
digest files, folders                      nothing to read
anything else                              refused
=========================================  =====================================================

Sources: CloudTrail's "Configuring Amazon SNS notifications", "Event message structure" and
"EventBridge event message structure" of Amazon S3, "Amazon SNS message and JSON formats".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, NoReturn
from urllib.parse import unquote_plus

import orjson

from mqworker.core.errors import Refused
from mqworker.core.message import Record, Refusal

VALIDATION: Final = "CloudTrail validation message."
DIGEST: Final = "/CloudTrail-Digest/"
CREATED: Final = "ObjectCreated:"
_MOST_ENVELOPES = 4


class Location(NamedTuple):
    """An object of S3."""

    bucket: str
    key: str

    def __str__(self) -> str:
        """Return its usual name."""
        return f"s3://{self.bucket}/{self.key}"


class Notice(NamedTuple):
    """What a message says.

    objects: to be read, each once.
    record: one that the message itself holds.
    skipped: what there is nothing to read of, for the log.
    """

    objects: tuple[Location, ...] = ()
    record: Record | None = None
    skipped: tuple[str, ...] = ()


def read_notification(body: str) -> Notice:
    """Return what the body of a message says.

    Raises:
        Refused: nothing that is understood.
    """
    for _ in range(_MOST_ENVELOPES):
        if body.strip() == VALIDATION:
            return Notice(skipped=("validation message",))
        notice = parsed(body)
        if "Message" not in notice:
            return interpreted(notice)
        body = opened(notice)
    return refuse("more than three envelopes inside each other")


def parsed(body: str) -> Record:
    """Return the object that a body holds.

    Raises:
        Refused: it holds none.
    """
    try:
        notice = orjson.loads(body)
    except ValueError:
        refuse("not JSON")
    if type(notice) is not dict:
        refuse("not an object")
    return notice


def opened(envelope: Record) -> str:
    """Return the message in an envelope of SNS.

    Raises:
        Refused: it is of another kind.
    """
    kind, message = envelope.get("Type", "Notification"), envelope["Message"]
    if kind != "Notification":
        refuse(f"SNS sent a {kind}: confirm the subscription at the SubscribeURL in the body")
    if type(message) is not str:
        refuse("the Message of the envelope is no text")
    return message


def interpreted(notice: Record) -> Notice:
    """Return what a message out of its envelopes says.

    Raises:
        Refused: nothing that is understood.
    """
    if "s3ObjectKey" in notice:
        return sorted_out(by_cloudtrail(notice))
    if notice.get("Event") == "s3:TestEvent":
        return Notice(skipped=("test event of S3",))
    if "detail-type" in notice:
        return by_eventbridge(notice)
    if type(notice.get("Records")) is list:
        return sorted_out(by_s3(notice["Records"]))
    return refuse("no notification of CloudTrail, S3 or EventBridge")


def by_cloudtrail(notice: Record) -> Iterator[Location | str]:
    """Give the objects of CloudTrail's own notice."""
    keys = notice["s3ObjectKey"]
    for key in keys if type(keys) is list else [keys]:
        yield location(notice.get("s3Bucket"), key)


def by_s3(records: list[Any]) -> Iterator[Location | str]:
    """Give the objects of S3's notification."""
    for record in records:
        name = str(inside(record, "eventName"))
        if not name.removeprefix("s3:").startswith(CREATED):
            yield f"event {name} of S3"
            continue
        found = location(
            inside(record, "s3", "bucket", "name"), inside(record, "s3", "object", "key")
        )
        yield found._replace(key=unquote_plus(found.key))


def by_eventbridge(notice: Record) -> Notice:
    """Return what an event of EventBridge says."""
    kind, detail = str(notice["detail-type"]), notice.get("detail")
    if type(detail) is not dict:
        refuse("an event of EventBridge without detail")
    if kind.endswith("via CloudTrail"):
        return Notice(record=detail)
    if kind != "Object Created":
        return Notice(skipped=(f"event {kind} of EventBridge",))
    where = location(inside(detail, "bucket", "name"), inside(detail, "object", "key"))
    return sorted_out(iter([where]))


def sorted_out(found: Iterator[Location | str]) -> Notice:
    """Return a notice of objects to read, each once, and of what there is nothing to read of."""
    objects: dict[Location, None] = {}
    skipped: list[str] = []
    for each in found:
        if isinstance(each, str):
            skipped.append(each)
        elif DIGEST in f"/{each.key}":
            skipped.append(f"digest file {each}")
        elif each.key.endswith("/"):
            skipped.append(f"folder {each}")
        else:
            objects[each] = None
    return Notice(tuple(objects), None, tuple(skipped))


def location(bucket: object, key: object) -> Location:
    """Return where an object is.

    Raises:
        Refused: bucket or key is no text, or empty.
    """
    if type(bucket) is not str or type(key) is not str or not bucket or not key:
        refuse("a notification without bucket or key")
    return Location(bucket, key)


def inside(value: Any, *names: str) -> Any:
    """Return what stands at a path of names, None when nothing does."""
    for name in names:
        value = value.get(name) if type(value) is dict else None
    return value


def refuse(reason: str) -> NoReturn:
    """Refuse the message.

    Raises:
        Refused: always.
    """
    raise Refused(Refusal("decode", reason))
