from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

import orjson

from mqworker.config.schemafiles import load_schemas
from mqworker.core.message import Delivery, Failure, PlainProperties, Prepared, Refusal, Tag
from mqworker.core.pipeline import prepare
from mqworker.core.policy import Policy
from mqworker.core.privacy import Concealment, Privacy, hashed
from mqworker.core.privacy_letter import Buried, redacted

KEY = b"0123456789abcdef"
PRIVACY = Privacy((Concealment("hash", ("details.username", "details.sourceipaddress")),), KEY)
POLICY = Policy(load_schemas())
EVENT = {
    "message": "login of Alice from 192.0.2.7",
    "HOSTNAME": "h" * 300,
    "details": {"username": "alice", "sourceipaddress": "192.0.2.7", "port": 22},
}


def buried(body: bytes, reason: str = "'alice' is no name", **properties: Any) -> Buried:
    delivery = Delivery(Tag(0, 1), body, PlainProperties(**properties), datetime.now(UTC))
    prepared: Prepared = prepare(delivery, POLICY)
    return redacted(prepared, [Failure(0, Refusal("validate", reason))], PRIVACY, POLICY)


def test_neither_body_nor_reason_shows_what_is_hidden() -> None:
    prepared, failures = buried(gzip.compress(orjson.dumps(EVENT)), content_encoding="gzip")

    body = orjson.loads(prepared.delivery.body)
    assert hashed(KEY, "alice") == body["details"]["username"]
    assert f"login of {hashed(KEY, 'alice')} from {hashed(KEY, '192.0.2.7')}" == body["message"]
    assert (22, "h" * 300) == (body["details"]["port"], body["HOSTNAME"])
    assert f"'{hashed(KEY, 'alice')}' is no name" == failures[0].refusal.reason
    assert prepared.delivery.properties.content_encoding is None


def test_events_of_a_message_keep_their_positions_and_the_message_its_identity() -> None:
    prepared, _ = buried(orjson.dumps([EVENT, {"summary": "alice again"}, EVENT]))
    again = prepare(prepared.delivery, POLICY)

    assert prepared.several
    assert 3 == len(orjson.loads(prepared.delivery.body))
    assert b"alice" not in prepared.delivery.body.lower()
    assert [0, 2] == [failure.position for failure in again.failures]


def test_what_can_not_be_read_is_left_as_it_is() -> None:
    for body in (b"{ alice", b'[{"details": {"username": "alice"}}, 7]'):
        prepared, failures = buried(body)
        assert body == prepared.delivery.body
        assert "'alice' is no name" == failures[0].refusal.reason


def test_a_redacted_letter_that_is_redacted_again_stays_the_same() -> None:
    first, _ = buried(orjson.dumps(EVENT))
    second, _ = redacted(prepare(first.delivery, POLICY), [], PRIVACY, POLICY)

    assert first.delivery.body == second.delivery.body


def test_properties_that_a_dead_letter_keeps_aside_are_kept() -> None:
    prepared, _ = buried(
        orjson.dumps(EVENT), expiration="5", user_id="guest", delivery_mode=1, headers={"CC": ["x"]}
    )
    kept = prepared.delivery.properties

    assert ("5", "guest", 1) == (kept.expiration, kept.user_id, kept.delivery_mode)
    assert {"CC": ["x"]} == kept.headers
