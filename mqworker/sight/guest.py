"""One connection to a worker's socket: a question on one line, answers on lines of their own.

    {"ask": "state"}                        -> one state, and the end
    {"ask": "tap", "where": {"category": "login"}} -> events, until either side closes

1. Nothing here waits: what the other side does not fetch stays in a bounded buffer, and beyond
   that is left out and counted.
2. Who asks nothing, or fetches nothing, is given up.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import orjson

QUESTION_BYTES = 64 * 1024
ANSWER_BYTES = 1024 * 1024
"""So much waits for a guest that does not read."""

ASK_S = 5.0
"""How long a question may take."""

FETCH_S = 60.0
"""How long nothing of an answer may be fetched."""


class Gone(Exception):
    """The connection has ended, or has to."""


class Guest:
    """One connection. For use by one thread.

    question: what was asked, None until then. missed: lines that did not fit.
    """

    def __init__(self, connection: socket.socket, now: float) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.heard = bytearray()
        self.waiting = bytearray()
        self.question: Mapping[str, Any] | None = None
        self.moved = now
        self.missed = 0
        self.ending = False

    def hear(self) -> Mapping[str, Any] | None:
        """Read what came; return the question when it is complete with that.

        Raises:
            Gone: the other side has closed, or speaks something else.
        """
        try:
            data = self.connection.recv(QUESTION_BYTES)
        except BlockingIOError:
            return None
        if not data:
            raise Gone
        if self.question is not None:
            return None
        self.heard += data
        line, separator, _ = self.heard.partition(b"\n")
        if not separator:
            if len(self.heard) > QUESTION_BYTES:
                raise Gone
            return None
        self.question = read_question(bytes(line))
        return self.question

    def say(self, line: Mapping[str, Any]) -> None:
        """Add a line to what is sent, if there is room for it."""
        text = orjson.dumps(line, default=str)
        if self.waiting and len(self.waiting) + len(text) > ANSWER_BYTES:
            self.missed += 1
            return
        self.waiting += text + b"\n"

    def send(self, now: float) -> None:
        """Send what the other side takes now.

        Raises:
            Gone: it has closed, everything is sent, or it takes nothing for too long.
        """
        if self.waiting:
            try:
                sent = self.connection.send(self.waiting)
            except BlockingIOError:
                sent = 0
            del self.waiting[:sent]
            self.moved = now if sent else self.moved
        elif self.question is not None:
            self.moved = now
        if self.ending and not self.waiting:
            raise Gone
        if now - self.moved > (ASK_S if self.question is None else FETCH_S):
            raise Gone

    def end(self) -> None:
        """Close when everything is sent."""
        self.ending = True


def read_question(line: bytes) -> Mapping[str, Any]:
    """Return a question.

    Raises:
        Gone: it is none.
    """
    try:
        question = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Gone from error
    if not isinstance(question, dict):
        raise Gone
    return question
