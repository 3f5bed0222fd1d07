"""Captured requests and messages, and how they are sent once more."""

from __future__ import annotations

import gzip
import http.client
import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pika

DATA = Path(__file__).parents[1] / "data" / "captures"
PER_CONNECTION = {"host", "content-length", "connection", "keep-alive", "accept-encoding"}
EXCHANGE = "eventtask"


class Sent(dict[str, Any]):
    """A captured request or message."""

    @property
    def is_message(self) -> bool:
        return "properties" in self or "amqp" in self

    @property
    def headers(self) -> dict[str, str]:
        given = {name.lower(): value for name, value in self.get("headers", ())}
        if given.get("content-encoding", "").startswith("gzip"):
            given["content-encoding"] = "gzip"  # without the remark of who reconstructed it
        return {name: value for name, value in given.items() if name not in PER_CONNECTION}

    @property
    def body(self) -> bytes:
        text = (self.get("body_text") or "").encode()
        return gzip.compress(text) if self.headers.get("content-encoding") == "gzip" else text

    @property
    def properties(self) -> dict[str, Any]:
        given = self.get("properties") or self["amqp"]["properties"]
        return {name: value for name, value in given.items() if value is not None}


def captured(name: str) -> list[Sent]:
    """Return what is in a file of captures."""
    value = json.loads((DATA / name).read_text("utf-8"))
    entries = value if isinstance(value, list) else value["requests"]
    return [Sent(entry) for entry in entries]


def send(entries: list[Sent], path: str, intake: str, broker: str) -> list[int]:
    """Send them; return the statuses of the answers, none for messages.

    Args:
        entries: what to send.
        path: in place of the captured one; "" keeps that.
        intake: the URL of the intake.
        broker: the URL of the virtual host.
    """
    messages = [entry for entry in entries if entry.is_message]
    publish(messages, broker)
    requests = [entry for entry in entries if not entry.is_message]
    at = urlsplit(intake)
    with closing(http.client.HTTPConnection(str(at.hostname), at.port, timeout=20)) as connection:
        return [ask(connection, each, path) for each in requests]


def ask(connection: http.client.HTTPConnection, entry: Sent, path: str) -> int:
    method = str(entry["method"]).split(" ")[0]
    connection.request(method, path or entry["path"], entry.body, entry.headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def publish(entries: list[Sent], broker: str) -> None:
    if not entries:
        return
    with closing(pika.BlockingConnection(pika.URLParameters(broker))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for entry in entries:
            properties = pika.BasicProperties(**entry.properties)
            channel.basic_publish(EXCHANGE, EXCHANGE, entry.body, properties, mandatory=True)
