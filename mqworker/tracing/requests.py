"""Spans of an intake's requests: one of the request, and in it one of what it publishes.

The messages carry the context of the second, and a worker's spans link to it: that is from PRODUCER
to CONSUMER, as the conventions want it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from mqworker.tracing.exporting import read_context, written_context

SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class TracedRequest:
    """The two spans of a request. context: the headers that its messages carry."""

    server: Span
    producer: Span
    context: Mapping[str, str]

    def end(self, status: int, events: int) -> None:
        """End the request.

        Args:
            status: of the answer; 0 when there was none.
            events: how many it wanted to publish; without any its second span is dropped.
        """
        failed = status >= SERVER_ERROR or not status
        if events:
            self.producer.set_attribute("messaging.batch.message_count", events)
            conclude(self.producer, failed, "unconfirmed")
        if status:
            self.server.set_attribute("http.response.status_code", status)
        conclude(self.server, failed, str(status or "no answer"))


def conclude(span: Span, failed: bool, why: str) -> None:
    """End a span."""
    if failed:
        span.set_attribute("error.type", why)
        span.set_status(Status(StatusCode.ERROR))
    span.end()


@dataclass(frozen=True, slots=True)
class RequestTraces:
    """Makes the spans of requests. system, exchange: where messages go."""

    tracer: Tracer
    system: str
    exchange: str

    def begin(self, method: str, route: str, carrier: Mapping[str, str]) -> TracedRequest:
        """Begin a request; `carrier` has the context that it came with, if any."""
        about = {"http.request.method": method, "http.route": route}
        parent = read_context(carrier)
        server = self.tracer.start_span(f"{method} {route}", parent, SpanKind.SERVER, about)
        publishing = {
            "messaging.system": self.system,
            "messaging.destination.name": self.exchange,
            "messaging.operation.name": "publish",
            "messaging.operation.type": "send",
        }
        inside = set_span_in_context(server, Context())
        name = f"publish {self.exchange}"
        producer = self.tracer.start_span(name, inside, SpanKind.PRODUCER, publishing)
        return TracedRequest(server, producer, written_context(producer))
