"""What a campaign leaves behind, as plain data: all that the oracle sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class Obligation:
    """One event that was sent, and what has to become of it.

    name: `details.eventid` of the document; of bad input a name that only we know.
    way: how it was sent: amqp, or a route of the intake.
    due: document, or letter: it can't be used.
    body: the message as the worker gets it; of a letter the bytes that the letter has to hold.
    message_id: of the message; None where the worker has to name it.
    position: the event's place in a message of several.
    sent: the event as its sender wrote it.
    dated: it holds a time of its own.
    stage, words: of a letter: the step that refuses it, and what the reason has to contain.
    """

    name: str
    way: str
    due: Literal["document", "letter"]
    body: bytes
    message_id: str | None = None
    position: int = 0
    sent: dict[str, Any] = field(default_factory=dict)
    dated: bool = True
    stage: str = ""
    words: str = ""


class Found(NamedTuple):
    """A document as the store has it."""

    index: str
    id: str
    source: dict[str, Any]


class Letter(NamedTuple):
    """A dead letter as its queue has it."""

    body: bytes
    identity: str
    stage: str
    reason: str


class Exit(NamedTuple):
    """The end of a process; `meant` says what the campaign had done to it, "" for nothing."""

    unit: str
    status: int
    meant: str


@dataclass(slots=True)
class Record:
    """Everything that was found when all was quiet again.

    confirmed: the names whose sender was told of success.
    complaints: lines that must not be in any log, and answers that no client should get.
    stuck: what did not come to an end, "" for nothing.
    """

    run: str
    obligations: dict[str, Obligation] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    documents: list[Found] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    stuck: str = ""
