"""Requests and answers, as the intake sees HTTP (RFC 9110)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from mqworker.core.message import Publication

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"

Headers = tuple[tuple[str, str], ...]

RETRY_AFTER_S = 2
"""When to come back after a 503, in seconds."""

RETRY: Headers = (("retry-after", str(RETRY_AFTER_S)),)


class Request(NamedTuple):
    """A request with its whole body.

    path: percent-decoded, without the query.
    headers: by name in small letters.
    body: as sent: without chunks, but still compressed.
    """

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Answer(NamedTuple):
    """What the client is told. The server adds the length, and leaves the body out for HEAD."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Headers = ()


HANG_UP = Answer(0)
"""Close the connection without an answer."""


class Stamp(NamedTuple):
    """What the core can't know by itself.

    name: begins the message IDs of this request's events; no other request has the same.
    now: the time of receipt, aware, UTC.
    context: the headers by which its messages carry the context of a trace.
    """

    name: str
    now: datetime
    context: Mapping[str, str] = {}


class Plan(NamedTuple):
    """What to do for a request: publish, then answer.

    confirmed: the answer once the broker has everything; at once, if there is nothing to publish.
    unconfirmed: the answer when the broker can't be reached, or says nothing in time.
    events: messages for the worker. letters: messages for the dead-letter queue.
    refused: how many events can't be used.
    """

    confirmed: Answer
    unconfirmed: Answer = HANG_UP
    events: Sequence[Publication] = ()
    letters: Sequence[Publication] = ()
    refused: int = 0


def json_answer(status: int, value: Any, headers: Headers = ()) -> Answer:
    """Return an answer that holds JSON."""
    return Answer(status, orjson.dumps(value), JSON, headers)


def error(status: int, reason: str, headers: Headers = (), **more: Any) -> Answer:
    """Return an answer that says what is wrong."""
    return json_answer(status, {"error": reason, **more}, headers)


UNAVAILABLE = error(503, "the message broker has not confirmed it: send it again", RETRY)
FULL = error(503, "too much is waiting for the message broker: send it again", RETRY)
