"""Event -> Document: where it goes, under which ID, as which bytes."""

from __future__ import annotations

from datetime import datetime

import orjson

from mqworker.core.errors import Refused
from mqworker.core.message import Document, Event, Refusal
from mqworker.core.naming import Naming, earlier_places, place


def placed(
    event: Event,
    naming: Naming,
    stamp: datetime | None,
    received: datetime,
    *,
    redelivered: bool = False,
) -> Document:
    """Return where `event` is stored and under which ID; its source is still empty.

    Args:
        event: a valid event.
        naming: how indices are named.
        stamp: the message's AMQP timestamp (aware, UTC), None when it has none.
        received: when the message was handed over (aware, UTC).
        redelivered: the broker handed it over before, so it may be stored already. A broker may
            forget that at its own restart: what has no time at all is always looked for.
    """
    occurred = event.occurred
    doubtful = redelivered or (stamp is None and occurred is None)
    elsewhere = earlier_places(naming, occurred, stamp, received) if doubtful else ()
    index_name = place(naming, occurred, stamp, received)
    return tuple.__new__(Document, (index_name, event.id, b"", elsewhere))


def serialize(fields: dict[str, object]) -> bytes:
    """Return the event as JSON in UTF-8 on one line.

    Raises:
        Refused: it holds what JSON has no form for.
    """
    try:
        # A copy has the room that it needs; orjson leaves eight kilobytes to the shortest text.
        return b"%b" % orjson.dumps(fields)
    except orjson.JSONEncodeError as error:
        raise Refused(Refusal("document", f"can't be written as JSON: {error}")) from error
