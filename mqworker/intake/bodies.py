"""Reading the body of a request, within a time and a size."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from mqworker.core.intake.http import FULL, Answer, error

Receive = Callable[[], Awaitable[dict[str, Any]]]

DRAINED_BYTES = 2**20
DRAIN_S = 1.0
"""What is read of a body that is not wanted, so that the answer arrives: closing a connection with
unread bytes in it resets it, and the client may never see why."""

TOO_LATE = error(408, "the body did not come in time")


class Unread(Exception):
    """The body was not read to its end; `answer` says why, None if the client is gone."""

    def __init__(self, answer: Answer | None) -> None:
        super().__init__()
        self.answer = answer


class Larder:
    """How many bytes the bodies of all requests take together; `most` is the bound."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0

    def take(self, size: int) -> None:
        """Hold some bytes.

        Raises:
            Unread: there is no room for them; they are held all the same.
        """
        self.held += size
        if self.held > self.most:
            raise Unread(FULL)


class Portion:
    """What one request holds of the larder, from the first byte of its body to its answer."""

    def __init__(self, larder: Larder) -> None:
        self.larder = larder
        self.size = 0

    def take(self, size: int) -> None:
        """Hold some bytes; see `Larder.take`."""
        self.size += size
        self.larder.take(size)

    def give_back(self) -> None:
        """Hold nothing any more."""
        self.larder.held -= self.size
        self.size = 0


async def read(receive: Receive, most: int, limit_s: float, portion: Portion) -> bytes:
    """Return a body.

    Args:
        receive: ASGI's.
        most: the largest size in bytes.
        limit_s: how long it may take, in seconds.
        portion: counts its bytes.

    Raises:
        Unread: it was not read to its end.
    """
    chunks: list[bytes] = []
    try:
        async with asyncio.timeout(limit_s):
            while True:
                chunk, more = await next_chunk(receive)
                portion.take(len(chunk))
                if portion.size > most:
                    raise Unread(too_large(most))
                chunks.append(chunk)
                if not more:
                    return b"".join(chunks)
    except TimeoutError:
        raise Unread(TOO_LATE) from None


async def next_chunk(receive: Receive) -> tuple[bytes, bool]:
    """Return the next piece of a body, and whether there is more.

    Raises:
        Unread: the client is gone.
    """
    message = await receive()
    if message["type"] != "http.request":
        raise Unread(None)
    return message["body"], message["more_body"]


async def drain(receive: Receive) -> bool:
    """Read a body that nobody wants, a bounded part of it; tell whether that was all."""
    size = 0
    try:
        async with asyncio.timeout(DRAIN_S):
            while size <= DRAINED_BYTES:
                chunk, more = await next_chunk(receive)
                size += len(chunk)
                if not more:
                    return True
    except (TimeoutError, Unread):
        pass
    return False


def too_large(most: int) -> Answer:
    """Return the answer to a body that is too large."""
    return error(413, f"the body is larger than {most} bytes")
