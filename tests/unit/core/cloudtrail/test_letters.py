from datetime import UTC, datetime

import orjson
import pytest

from mqworker.core.cloudtrail.letters import (
    Post,
    dead_object,
    dead_record,
    event_message,
    message_id,
    read_record,
    whereabouts,
)
from mqworker.core.cloudtrail.notification import Location
from mqworker.core.deadletter import Grave
from mqworker.core.errors import Refused
from mqworker.core.identity import digest
from mqworker.core.message import Refusal

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POST = Post("eventtask", "queue", ("trail",), "mqworker/1")
GRAVE = Grave("eventtask")
TEXT = b'{"eventID": "e1", "eventName": "X"}'
PLACE = whereabouts("https://sqs/q", Location("b", "k"), 7)


def test_a_record_is_published_under_its_event_id_with_the_time_of_its_object():
    message = event_message(read_record(TEXT), TEXT, POST, NOW)
    assert ("e1", int(NOW.timestamp()), "application/json", 2) == (
        message.properties.message_id,
        message.properties.timestamp,
        message.properties.content_type,
        message.properties.delivery_mode,
    )
    assert ("eventtask", "queue") == (message.exchange, message.routing_key)
    assert ["trail"] == orjson.loads(message.body)["tags"]


@pytest.mark.parametrize("name", [None, 7, "", "x" * 256, "é", "a\nb"])
def test_a_record_without_a_usable_event_id_is_known_by_its_bytes(name):
    assert digest(TEXT) == message_id({"eventID": name}, TEXT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [(b'{"a":}', "not JSON"), (b"[1]", "not an object"), (b'{"a":"\\ud800"}', "not JSON")],
)
def test_what_is_no_record_is_refused(text, reason):
    with pytest.raises(Refused, match=reason):
        read_record(text)


def test_a_dead_record_keeps_its_bytes_and_names_its_place_and_reason():
    letter = dead_record(b"{broken", Refusal("decode", "not JSON"), GRAVE, NOW, PLACE)
    assert (b"{broken", "", "eventtask.dead") == (letter.body, letter.exchange, letter.routing_key)
    expected = {
        "x-mqworker-sqs-queue": "https://sqs/q",
        "x-mqworker-s3-bucket": "b",
        "x-mqworker-s3-key": "k",
        "x-mqworker-s3-position": 7,
        "x-mqworker-stage": "decode",
        "x-mqworker-reason": "not JSON",
        "x-mqworker-identity": digest(b"{broken"),
    }
    assert expected == {name: letter.properties.headers[name] for name in expected}


def test_two_dead_objects_of_one_message_are_two_letters():
    letters = [
        dead_object("{}", Refusal("decode", "x"), GRAVE, NOW, whereabouts("q", Location("b", key)))
        for key in ("k1", "k2")
    ]
    identities = {letter.properties.headers["x-mqworker-identity"] for letter in letters}
    assert (2, {b"{}"}) == (len(identities), {letter.body for letter in letters})
