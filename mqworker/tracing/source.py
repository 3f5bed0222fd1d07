"""A source whose batches are spans: from the broker's hands to the last acknowledgement.

1. A span "process" links to the context of each message in its batch: a batch has many parents.
2. It ends when the last of its messages is settled: stored, or confirmed as a dead letter. What is
   left of it when the channel is gone ends it as an error; the broker delivers that again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, Tracer, get_current_span

from mqworker.core.message import Delivery, Tag
from mqworker.core.trace_context import TRACEPARENT, carried
from mqworker.ports import Source
from mqworker.tracing.exporting import read_context

ABANDONED = "abandoned"
"""The type of the error that ends a batch of which something went back to the broker."""


@dataclass(slots=True)
class Batch:
    """A span, and how many of its messages are not settled."""

    span: Span
    left: int


class TracedSource:
    """Another source, traced; see `mqworker.ports.Source`."""

    def __init__(
        self, source: Source, tracer: Tracer, system: str, queue: str, close: Callable[[], None]
    ) -> None:
        """Trace a source.

        Args:
            source: the source.
            tracer: makes the spans.
            system: the broker's name in the semantic conventions (`messaging.system`).
            queue: what is consumed (`messaging.destination.name`).
            close: called at the end, to send what is left.
        """
        self.source = source
        self.tracer = tracer
        self.queue = queue
        self.finish = close
        self.about = {
            "messaging.system": system,
            "messaging.destination.name": queue,
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
        }
        self.batches: dict[Tag, Batch] = {}
        self.channel = -1

    @property
    def ready(self) -> bool:
        """Tell whether messages can come."""
        return self.source.ready

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Hand over what has come, as one span."""
        deliveries = self.source.receive(limit, timeout_s)
        if deliveries:
            self.begin(deliveries)
        return deliveries

    def begin(self, deliveries: Sequence[Delivery]) -> None:
        """Begin the span of a batch."""
        channel = deliveries[0].tag.channel
        if channel != self.channel:
            self.abandon()
            self.channel = channel
        again = sum(delivery.redelivered for delivery in deliveries)
        span = self.tracer.start_span(
            f"process {self.queue}",
            Context(),  # a batch has no parent
            SpanKind.CONSUMER,
            self.about
            | {"messaging.batch.message_count": len(deliveries), "mqworker.redelivered": again},
            list(links(deliveries)),
        )
        batch = Batch(span, len(deliveries))
        self.batches |= {delivery.tag: batch for delivery in deliveries}

    def settle(self, tags: Iterable[Tag]) -> None:
        """Tell the broker what it may forget, and end the spans of which nothing is left."""
        settled = list(tags)
        self.source.settle(settled)
        for tag in settled:
            if batch := self.batches.pop(tag, None):
                batch.left -= 1
                if not batch.left:
                    batch.span.end()

    def abandon(self) -> None:
        """End what is open: it goes back to the broker."""
        for batch in {id(batch): batch for batch in self.batches.values()}.values():
            batch.span.set_attribute("error.type", ABANDONED)
            batch.span.set_attribute("mqworker.unsettled", batch.left)
            batch.span.set_status(Status(StatusCode.ERROR, "the broker delivers messages again"))
            batch.span.end()
        self.batches.clear()

    def close(self) -> None:
        """Leave, and send the spans that are left."""
        self.source.close()
        self.abandon()
        self.finish()


def links(deliveries: Sequence[Delivery]) -> Iterator[Link]:
    """Give a link to each context that messages carry, to equal ones once."""
    contexts = (carried(delivery.properties.headers) for delivery in deliveries)
    for carrier in {found[TRACEPARENT]: found for found in contexts if found}.values():
        context = get_current_span(read_context(carrier)).get_span_context()
        if context.is_valid:
            yield Link(context)
