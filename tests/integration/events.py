"""Events for whole workers: told apart by the ID that each holds, some with times, some without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from mqworker.core.message import PlainProperties, Publication
from tests.integration.pairs import EXCHANGE, QUEUE


def event(run: str, number: int, **more: Any) -> dict[str, Any]:
    """Return a login; no two are equal."""
    return {
        "category": "authentication",
        "summary": f"alice logged in for the {number}th time",
        "hostname": "web1.example.com",
        "processname": "sshd",
        "severity": "INFO",
        "tags": ["test"],
        "details": {
            "run": run,
            "eventid": str(number),
            "username": f"user{number % 100}",
            "sourceipaddress": f"192.0.2.{number % 250}",
            "success": True,
        },
        **more,
    }


def message(body: bytes, **properties: Any) -> Publication:
    """Return a message as a shipper sends it."""
    return Publication(body, PlainProperties(**properties), EXCHANGE, QUEUE)


def messages(run: str, count: int) -> list[Publication]:
    """Return a message for each event, of every kind that decides about ID and index.

    Every second one has a message_id; each of both kinds has its own time (of today or of one of
    the last days), or a time of the broker's, or none.
    """
    return [one(run, number) for number in range(count)]


def one(run: str, number: int) -> Publication:
    properties: dict[str, Any] = {"message_id": f"{run}-{number}"} if number % 2 else {}
    times: dict[str, Any] = {}
    match number // 2 % 4:
        case 0 | 1:
            when = datetime.now(UTC) - timedelta(days=number % 5, hours=1)
            times = {"timestamp": when.isoformat()}
        case 2:
            properties["timestamp"] = int(time.time())
    return message(orjson.dumps(event(run, number, **times)), **properties)


def bad_messages(run: str, count: int) -> Iterator[Publication]:
    """Give messages that can't be used, each with another body."""
    for number in range(count):
        yield message(b"no JSON %d of %s" % (number, run.encode()))
