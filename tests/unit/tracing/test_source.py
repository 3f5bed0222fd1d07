from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from mqworker.brokers.memory import MemoryBroker
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.memory import MemoryPublisher
from mqworker.sources.memory import MemorySource
from mqworker.tracing.source import TracedSource

TRACE = 0x0AF7651916CD43DD8448EB211C80319C
SPANS = [0xB7AD6B7169203331, 0xB7AD6B7169203332]


def parent(span: int, flags: str = "01") -> dict[str, str]:
    return {"traceparent": f"00-{TRACE:032x}-{span:016x}-{flags}"}


@dataclass
class Bench:
    """A traced source before a broker in memory, and the spans that it has ended."""

    broker: MemoryBroker = field(default_factory=MemoryBroker)
    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    closed: int = 0

    def __post_init__(self) -> None:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.broker.declare("eventtask", ["eventtask"])
        self.source = TracedSource(
            MemorySource(self.broker, "eventtask"),
            provider.get_tracer("test"),
            "rabbitmq",
            "eventtask",
            self.close,
        )

    def close(self) -> None:
        self.closed += 1

    def publish(self, *headers: dict[str, str] | None) -> None:
        publisher = MemoryPublisher(self.broker)
        publisher.publish(
            [Publication(b"{}", PlainProperties(headers=each), "", "eventtask") for each in headers]
        )

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.source.close()


def test_a_batch_is_a_span_that_links_to_each_context_once(bench: Bench) -> None:
    bench.publish(parent(SPANS[0]), None, parent(SPANS[1]), parent(SPANS[0]), {"traceparent": "x"})
    deliveries = bench.source.receive(10, 1.0)
    bench.source.settle([each.tag for each in deliveries])

    (span,) = bench.spans
    assert ("process eventtask", SpanKind.CONSUMER, None) == (span.name, span.kind, span.parent)
    assert SPANS == [link.context.span_id for link in span.links]
    assert {TRACE} == {link.context.trace_id for link in span.links}
    assert {
        "messaging.system": "rabbitmq",
        "messaging.destination.name": "eventtask",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.batch.message_count": 5,
        "mqworker.redelivered": 0,
    } == dict(span.attributes or {})


def test_it_lasts_until_the_last_of_its_messages_is_settled(bench: Bench) -> None:
    bench.publish(None, None)
    first, second = (each.tag for each in bench.source.receive(10, 1.0))
    bench.source.settle([first])
    assert bench.spans == ()
    bench.source.settle(iter([second]))

    assert len(bench.spans) == 1


def test_what_goes_back_to_the_broker_is_an_error(bench: Bench) -> None:
    bench.publish(None, None)
    first, _ = bench.source.receive(10, 1.0)
    bench.source.settle([first.tag])
    bench.source.close()

    (span,) = bench.spans
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes is not None
    assert ("abandoned", 1) == (
        span.attributes["error.type"],
        span.attributes["mqworker.unsettled"],
    )
    assert bench.closed == 1


def test_nothing_received_is_no_span(bench: Bench) -> None:
    assert [] == bench.source.receive(10, 0.0)
    bench.source.close()
    assert bench.spans == ()
