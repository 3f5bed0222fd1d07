from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from mqworker.tracing.requests import RequestTraces

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traces(exporter: InMemorySpanExporter) -> RequestTraces:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return RequestTraces(provider.get_tracer("test"), "rabbitmq", "eventtask")


def ids(span: ReadableSpan) -> tuple[int, int]:
    assert span.context
    return span.context.trace_id, span.context.span_id


def test_a_request_continues_the_trace_that_it_came_with(
    traces: RequestTraces, exporter: InMemorySpanExporter
) -> None:
    begun = traces.begin("POST", "/events", {"traceparent": PARENT, "tracestate": "v=1"})
    begun.end(200, 3)

    producer, server = exporter.get_finished_spans()
    trace, span = ids(producer)
    assert ("POST /events", SpanKind.SERVER) == (server.name, server.kind)
    assert ("publish eventtask", SpanKind.PRODUCER) == (producer.name, producer.kind)
    assert server.parent
    assert f"{server.parent.span_id:016x}" in PARENT
    assert producer.parent == server.context
    assert {
        "traceparent": f"00-{trace:032x}-{span:016x}-01",
        "tracestate": "v=1",
    } == begun.context
    assert producer.attributes
    assert producer.attributes["messaging.batch.message_count"] == 3
    assert dict(server.attributes or {})["http.response.status_code"] == 200


@pytest.mark.parametrize(("status", "why"), [(503, "503"), (0, "no answer")])
def test_what_is_not_confirmed_is_an_error(
    traces: RequestTraces, exporter: InMemorySpanExporter, status: int, why: str
) -> None:
    traces.begin("POST", "/_bulk", {}).end(status, 1)

    producer, server = exporter.get_finished_spans()
    assert {StatusCode.ERROR} == {producer.status.status_code, server.status.status_code}
    assert dict(server.attributes or {})["error.type"] == why


def test_a_request_without_events_publishes_nothing(
    traces: RequestTraces, exporter: InMemorySpanExporter
) -> None:
    traces.begin("POST", "/events", {}).end(400, 0)

    assert ["POST /events"] == [span.name for span in exporter.get_finished_spans()]
