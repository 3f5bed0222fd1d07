"""Bad input, each with the step that has to refuse it and what the reason has to say."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

CONFLICT_DAY = "2026-01-02"
"""Of this day's index `details.campaignlevel` is a number: Elasticsearch refuses a word there."""

SECRET = "pw-3f9c1e77-of-a-body"  # noqa: S105 - planted: no log may hold it


class Bad(NamedTuple):
    """A body that can't be used; no two are equal."""

    body: bytes
    stage: str
    words: str
    encoding: str | None = None


def broken(name: str) -> Bad:
    return Bad(f"no JSON: {name} {SECRET}".encode(), "decode", "not JSON")


def cut_off(name: str) -> Bad:
    return Bad(f'{{"summary":"{name}","password":"{SECRET}'.encode(), "decode", "not JSON")


def text(name: str) -> Bad:
    return Bad(orjson.dumps(name), "decode", "not an object")


def other_text(name: str) -> Bad:
    return Bad(b'{"summary":"' + name.encode() + b' \xff"}', "decode", "not UTF-8")


def damaged(name: str) -> Bad:
    whole = gzip.compress(orjson.dumps({"summary": name}), mtime=0)
    return Bad(whole[:-5], "decode", "gzip", "gzip")


def deep(name: str) -> Bad:
    body = b'{"a":' * 30 + orjson.dumps(name) + b"}" * 30
    return Bad(body, "decode", "levels deep")


def wide(name: str) -> Bad:
    keys: dict[str, Any] = {f"k{number}": number for number in range(1100)}
    return Bad(orjson.dumps({"summary": name, **keys}), "decode", "more than 1000 keys")


def long_host(name: str) -> Bad:
    return Bad(orjson.dumps({"summary": name, "hostname": "h" * 300}), "validate", "hostname")


def odd_port(name: str) -> Bad:
    details = {"sourceport": 99_999_999, "password": SECRET}
    event = {"category": "authentication", "summary": name, "details": details}
    return Bad(orjson.dumps(event), "validate", "details.sourceport")


def odd_user(name: str) -> Bad:
    details = {"username": {"name": "joe"}}
    event = {"category": "authentication", "summary": name, "details": details}
    return Bad(orjson.dumps(event), "validate", "details.username")


def conflicting(name: str) -> Bad:
    event = {
        "summary": name,
        "hostname": "conflicting",
        "timestamp": f"{CONFLICT_DAY}T12:00:00+00:00",
        "details": {"campaignlevel": "high"},
    }
    return Bad(orjson.dumps(event), "write", "campaignlevel")


UNREADABLE: tuple[Callable[[str], Bad], ...] = (broken, cut_off, other_text)
"""What the intake refuses as well, on one line."""

INVALID: tuple[Callable[[str], Bad], ...] = (long_host, odd_port, odd_user, conflicting)
"""What the intake takes, and the worker can't use."""

KINDS = (*UNREADABLE, *INVALID, text, damaged, deep, wide)
