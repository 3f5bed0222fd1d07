from __future__ import annotations

import json
import logging
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.client.broker import BrokerTransport
from mqworker.client.entry import Entry, read_lines
from mqworker.client.handler import Handler
from mqworker.client.tracing import current_context
from tests.stubs.scripted import scripted

TRACER = TracerProvider(shutdown_on_exit=False).get_tracer("test")


def test_outside_of_a_span_there_is_no_context() -> None:
    assert current_context() == ()


def test_who_has_not_imported_opentelemetry_has_no_context(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with TRACER.start_as_current_span("work"):
        monkeypatch.delitem(sys.modules, "opentelemetry.trace")
        assert current_context() == ()
        assert "opentelemetry.trace" not in sys.modules


def test_an_event_has_the_context_that_it_was_logged_in_also_over_http() -> None:
    with scripted() as server:
        handler = Handler(server.url)
        log = logging.getLogger("t.traced")
        log.propagate = False
        log.addHandler(handler)
        with TRACER.start_as_current_span("work") as span:
            log.error("within")
        log.error("without")
        handler.close()
        log.removeHandler(handler)
        lines = [json.loads(line) for each in server.requests for line in each.body.splitlines()]

    context = span.get_span_context()
    parent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    assert [parent, None] == [each["create"].get("traceparent") for each in lines[::2]]


def test_a_context_survives_the_spool_and_becomes_a_header() -> None:
    entry = Entry("1", b"{}", (("traceparent", "00-1"), ("tracestate", 'a="1"')))
    (read,) = read_lines(entry.lines, 10).entries
    transport = BrokerTransport(RabbitmqOptions(urls=("amqp://127.0.0.1:1/",)), "x", 1.0)

    assert entry == read
    assert dict(entry.context) == transport.publication(read).properties.headers
