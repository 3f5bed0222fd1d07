"""Events to messages, published in batches, and an account of it.

1. `confirmed` counts only what the broker has confirmed.
2. A message's ID is a function of the run and the line (or of the event's own field): to publish
   the same again under the same run doubles nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mqworker import __version__
from mqworker.cli.reading import Bad, Found, Item
from mqworker.cli.status import complain
from mqworker.core.message import PlainProperties, Publication, Record
from mqworker.ports import Publisher

PERSISTENT = 2
"""AMQP 0-9-1, section 1.8.3: delivery mode."""

LONGEST_ID = 255


@dataclass(slots=True)
class Sending:
    """Publishes events, all to one exchange.

    run_id: what each message_id begins with, unless `id_field` names the field that holds it.
    context: the headers that carry the context of a trace.
    """

    publisher: Publisher
    exchange: str
    routing_key: str
    run_id: str
    id_field: str | None
    context: Mapping[str, str] = field(default_factory=dict)
    confirmed: int = 0
    bad: int = 0
    line: int = 0

    def send(self, items: Sequence[Item]) -> None:
        """Publish the events among the items, and tell of what is none.

        Raises:
            BrokerUnavailable: there was no confirmation.
            Misconfigured: no queue would get them.
        """
        messages = [message for message in map(self.message, items) if message]
        if messages:
            self.publisher.publish(messages)
        self.confirmed += len(messages)
        self.line = items[-1].number if items else self.line

    def message(self, item: Item) -> Publication | None:
        """Return the message of an event; None, and a word why, when it can't be sent."""
        name = item if isinstance(item, Bad) else self.name(item)
        if isinstance(item, Bad) or isinstance(name, Bad):
            self.bad += 1
            complain(f"line {item.number}: {name.reason if isinstance(name, Bad) else name}")
            return None
        return Publication(
            item.body, properties(name, self.context), self.exchange, self.routing_key
        )

    def name(self, item: Found) -> str | Bad:
        """Return the message ID of an event."""
        if self.id_field is None:
            return f"{self.run_id}-{item.number}"
        value = look_up(item.record, self.id_field)
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            return Bad(item.number, f"its {self.id_field} is no text and no whole number")
        if len(str(value).encode()) > LONGEST_ID:
            return Bad(item.number, f"its {self.id_field} is longer than {LONGEST_ID} bytes")
        return str(value)

    def cure(self) -> str:
        """Return how far it came, and what to do when it did not come to the end."""
        again = "" if self.id_field else f" with --run-id {self.run_id}"
        return (
            f"stopped after line {self.line}, {self.confirmed} confirmed: publish the same"
            f" again{again}, and nothing is stored twice"
        )

    def told(self) -> str:
        """Return what was done, for a person."""
        not_sent = f"; {self.bad} not sent" if self.bad else ""
        return (
            f"{self.confirmed} confirmed, to exchange {self.exchange}"
            f" with routing key {self.routing_key}{not_sent}"
        )

    def summary(self) -> dict[str, Any]:
        """Return what was done, for machines."""
        return {
            "confirmed": self.confirmed,
            "bad": self.bad,
            "exchange": self.exchange,
            "routing_key": self.routing_key,
            "run_id": None if self.id_field else self.run_id,
        }


def properties(message_id: str, context: Mapping[str, str]) -> PlainProperties:
    """Return the properties of a message that is sent now."""
    return PlainProperties(
        content_type="application/json",
        headers=context or None,
        delivery_mode=PERSISTENT,
        message_id=message_id,
        timestamp=int(time.time()),
        app_id=f"mqworker/{__version__}",
    )


def look_up(record: Record, field: str) -> object:
    """Return what a dotted name stands for in a record, None when it is not there."""
    if field in record:
        return record[field]
    found: object = record
    for part in field.split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(part)
    return found
