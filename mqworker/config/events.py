"""Options of the events: what is decoded, what is valid, what they are called."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mqworker.config.flow import KIBIBYTE, MEBIBYTE
from mqworker.config.kinds import DIRECTORY, ZONE, choice, text, whole
from mqworker.config.option import computed, option
from mqworker.config.quantities import size


@dataclass(frozen=True)
class EventOptions:
    """Events."""

    schemas: tuple[Path, ...] = option(
        DIRECTORY,
        "A directory of JSON Schema files that are added to the shipped ones, or take the place of "
        "those with the same name; the last directory wins.",
        (),
    )
    on_invalid: Literal["dead-letter", "tag"] = option(
        choice("dead-letter", "tag"),
        "What becomes of an event that its schema refuses: a dead letter, or a document with the "
        "tag invalid and its errors.",
        "dead-letter",
    )
    identity: Literal["merge", "unique"] = option(
        choice("merge", "unique"),
        "What becomes of equal messages that have no message_id: merge stores them once, so a "
        "redelivery doubles nothing; unique stores each, and doubles those that are redelivered.",
        "merge",
    )
    days_back: int = option(
        whole(0, 36500),
        "Events older than this many days go to the index events-out-of-range.",
        90,
    )
    days_ahead: int = option(
        whole(0, 36500),
        "Events more than this many days in the future go to the index events-out-of-range.",
        1,
    )
    timezone: str = option(ZONE, "The zone of times that name none.", "UTC")
    hostname: str = computed(
        text(),
        "What is written to mozdefhostname.",
        socket.gethostname,
        usual="the name of this machine",
    )
    max_body: int = option(
        size(KIBIBYTE),
        "The largest message body, before and after decompression.",
        10 * MEBIBYTE,
    )
    max_depth: int = option(
        whole(1, 200),
        "How deep objects and arrays may be nested in each other, the event being the first. "
        "Elasticsearch takes 20 levels, one of which is needed for what moves into details.",
        19,
    )
    max_keys: int = option(whole(), "How many keys an event may have, at all depths.", 1000)
    max_events: int = option(whole(), "How many events one message may hold.", 10_000)
