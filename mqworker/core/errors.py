"""What can go wrong, and whose fault it is.

`Refused` is the only exception that the core raises for bad input: anything else is a defect
of mqworker. The other errors are raised by adapters, at their edge, for the world outside.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqworker.core.message import Refusal


class MqworkerError(Exception):
    """The root of every error that mqworker raises on purpose."""


class Refused(MqworkerError):
    """An input that can never be stored as it is; `refusal` says where and why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class Misconfigured(MqworkerError):
    """The operator has to change something; trying again changes nothing (exit status 78)."""


class Unavailable(MqworkerError):
    """A service does not answer now; trying again may help (exit status 69).

    silent: whether it said nothing for as long as it may; a refusal, say, is an answer.
    """

    def __init__(self, text: str = "", *, silent: bool = False) -> None:
        super().__init__(text)
        self.silent = silent


class BrokerUnavailable(Unavailable):
    """The message broker can't be reached, or closed the connection."""


class Declined(BrokerUnavailable):
    """The broker took all messages but those at `positions`: a full queue, most likely."""

    def __init__(self, text: str, positions: Collection[int]) -> None:
        super().__init__(text)
        self.positions = frozenset(positions)


class SinkUnavailable(Unavailable):
    """The document store can't be reached, or can't serve."""


class MemoryUnavailable(Unavailable):
    """What correlation remembers can't be reached, or can't serve."""
