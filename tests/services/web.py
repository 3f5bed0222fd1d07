"""One HTTP request for JSON, without retries and without checking certificates."""

from __future__ import annotations

import http.client
import json
import ssl
from base64 import b64encode
from contextlib import closing
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit


class Answer(NamedTuple):
    """What the server said; `body` is parsed where it is JSON."""

    status: int
    body: Any


def ask(url: str, method: str, path: str, body: Any = None, *, timeout_s: float = 60) -> Answer:
    """Send one request; user and password come from `url`. Raises OSError when nobody answers."""
    where = urlsplit(url)
    headers = {"Content-Type": "application/json"}
    if where.username is not None:
        pair = f"{unquote(where.username)}:{unquote(where.password or '')}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    payload = None if body is None else json.dumps(body)
    with closing(_connection(where.scheme, where.netloc.rpartition("@")[2], timeout_s)) as link:
        link.request(method, where.path.rstrip("/") + path, payload, headers)
        response = link.getresponse()
        return Answer(response.status, _parsed(response.read()))


def _connection(scheme: str, place: str, timeout_s: float) -> http.client.HTTPConnection:
    if scheme != "https":
        return http.client.HTTPConnection(place, timeout=timeout_s)
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(place, timeout=timeout_s, context=unchecked)


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload) if payload else None
    except ValueError:
        return payload.decode(errors="replace")
