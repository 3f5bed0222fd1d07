"""Requests as the tests write them, and what the captured shippers sent."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from mqworker.core.intake.http import Plan, Request, Stamp
from mqworker.core.intake.plan import not_allowed, plan
from mqworker.core.intake.routes import route_of
from mqworker.core.intake.rules import Rules

CAPTURES = Path(__file__).parents[3] / "data" / "captures"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
STAMP = Stamp("request", NOW)
RULES = Rules()


def asked(
    method: str,
    path: str,
    body: bytes | str = b"",
    headers: Mapping[str, str] | None = None,
    *,
    rules: Rules = RULES,
    ready: bool = True,
) -> Plan:
    """Plan a request; one that names no content type is sent as JSON, by somebody."""
    route = route_of(path, method)
    assert route, path
    data = body.encode() if isinstance(body, str) else body
    sent = {"content-type": "application/json", "user-agent": "test/1", **(headers or {})}
    if method not in route.methods:
        return Plan(not_allowed(route))
    request = Request(method, path, {k: v for k, v in sent.items() if v}, data)
    return plan(request, route, rules, STAMP, ready=ready)


def bodies(plan: Plan) -> list[Any]:
    """Return what the events of a plan hold."""
    return [orjson.loads(each.body) for each in plan.events]


def answered(plan: Plan) -> Any:
    """Return what the answer holds once everything is confirmed."""
    return orjson.loads(plan.confirmed.body)


class Captured(NamedTuple):
    """A request as a shipper sent it."""

    shipper: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, inflated."""
        zipped = self.body[:2] == b"\x1f\x8b"
        return (gzip.decompress(self.body) if zipped else self.body).decode()


def captured() -> Iterator[Captured]:
    """Give every captured request with a body."""
    for file in sorted(CAPTURES.glob("*/*.json")):
        content = json.loads(file.read_text())
        requests = content if isinstance(content, list) else content.get("requests", [])
        for each in requests:
            if "method" in each and each.get("body_text") and "headers" in each:
                yield request_in(each, f"{file.parent.name}/{file.stem}")


def request_in(each: dict[str, Any], name: str) -> Captured:
    """Read one request of a capture."""
    zipped = each.get("body_b64")
    body = base64.b64decode(zipped) if zipped else each["body_text"].encode()
    headers = {key.lower(): value for key, value in each["headers"]}
    if not zipped and headers.get("content-encoding", "").startswith("gzip"):
        body = gzip.compress(body)
        headers["content-encoding"] = "gzip"
    method = each["method"].split()[0]
    return Captured(name, method, each["path"].split("?")[0], headers, body)
