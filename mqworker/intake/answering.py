"""ASGI for one request: its headers, and the answer on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from mqworker.core.intake.http import Answer, Headers
from mqworker.intake import protocol
from mqworker.intake.bodies import Receive, drain

Send = Callable[[dict[str, Any]], Awaitable[None]]

CLOSE: Headers = (("connection", "close"),)
SEND_LIMIT_S = 30.0
"""How long a client may take to fetch what it was answered before."""


def headers_of(scope: dict[str, Any]) -> dict[str, str]:
    """Return the headers by name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def closing(answer: Answer) -> Answer:
    """Return an answer after which the connection is closed."""
    return answer._replace(headers=answer.headers + CLOSE)


async def undisturbed(answer: Answer, headers: dict[str, str], receive: Receive) -> Answer:
    """Return an answer to a request whose body is not wanted: it is read and thrown away.

    Who waits for "100 Continue" gets the answer instead.
    """
    if "expect" in headers or not await drain(receive):
        return closing(answer)
    return answer


async def responded(answer: Answer, send: Send) -> bool:
    """Send an answer; tell whether the client has taken what it was sent before.

    Its length is said, as NXLog needs it.
    """
    named = [(name.encode(), value.encode()) for name, value in answer.headers]
    about = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
    ]
    start = {"type": "http.response.start", "status": answer.status, "headers": about + named}
    try:
        async with asyncio.timeout(SEND_LIMIT_S):
            await send(start)
            await send({"type": "http.response.body", "body": answer.body})
    except TimeoutError:
        return False
    return True


async def hang_up(scope: dict[str, Any], receive: Receive, way: str) -> None:
    """End the connection without an answer, or without the rest of one."""
    if extension := scope.get("extensions", {}).get(protocol.HANG_UP):
        extension[way]()
    while (await receive())["type"] != "http.disconnect":
        pass
