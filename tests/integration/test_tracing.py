"""One trace from an HTTP request to the sink, as a collector of OTLP gets it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.message import Delivery
from mqworker.sources.rabbitmq import RabbitmqSource
from tests.daemons import Daemon, await_condition
from tests.intakes import IntakeDaemon
from tests.integration.events import event, message
from tests.integration.pairs import Embedded
from tests.services.rabbitmq import Rabbitmq
from tests.stubs.scripted import Answer, Scripted, scripted

LIMIT_S = 30.0
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{CALLER}-01"


@pytest.fixture
def collector() -> Iterator[Scripted]:
    with scripted(Answer(body=b"", content_type="application/x-protobuf")) as server:
        yield server


def spans(collector: Scripted) -> dict[str, Span]:
    """Return the spans that have come, by name and resource."""
    found: dict[str, Span] = {}
    for request in list(collector.requests):
        packed = request.headers.get("content-encoding") == "gzip"
        body = gzip.decompress(request.body) if packed else request.body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                found |= {span.name: span for span in scope.spans}
    return found


def take(url: str, queue: str, worker: Daemon) -> Delivery:
    """Return the first message of a queue."""
    found: list[Delivery] = []
    options = RabbitmqOptions(urls=(url,), queue=queue)
    with closing(RabbitmqSource(options)) as source:
        await_condition(lambda: found.extend(source.receive(1, 1.0)) or found, LIMIT_S, worker.log)
    return found[0]


def otel(collector: Scripted) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}


def test_the_spans_of_an_intake_and_a_worker_are_one_chain(
    rabbitmq: Rabbitmq,
    collector: Scripted,
    start_daemon: Callable[..., Daemon],
    tmp_path: Path,
) -> None:
    with rabbitmq.vhost() as url:
        flags = ["--broker", url, "--listen", "127.0.0.1:0"]
        intake = IntakeDaemon(tmp_path / "intake.log", *flags, env=otel(collector))
        try:
            intake.await_words("broker ready")
            lines = [{"index": {}}, {"summary": "good"}, {"index": {}}, {"hostname": "h" * 300}]
            body = b"".join(orjson.dumps(line) + b"\n" for line in lines)
            headers = {"traceparent": PARENT, "content-type": "application/x-ndjson"}
            assert intake.ask("POST", "/_bulk", body, headers).status == 200
            worker = start_daemon(
                *("--broker", url, "--sink", f"sqlite:///{tmp_path}/sink", "--memory", "process:"),
                env=otel(collector),
            )
            await_condition(
                lambda: (
                    {"POST /_bulk", "publish eventtask", "process eventtask"}
                    <= spans(collector).keys()
                ),
                LIMIT_S,
                worker.log,
            )
            dead = take(url, "eventtask.dead", worker)
            assert worker.stop() == 0
            assert intake.stop() == 0
        finally:
            intake.discard()

    found = spans(collector)
    server, producer = found["POST /_bulk"], found["publish eventtask"]
    consumer = found["process eventtask"]
    assert (TRACE, CALLER) == (server.trace_id.hex(), server.parent_span_id.hex())
    assert (TRACE, server.span_id) == (producer.trace_id.hex(), producer.parent_span_id)
    assert (Span.SPAN_KIND_SERVER, Span.SPAN_KIND_PRODUCER) == (server.kind, producer.kind)
    assert consumer.kind == Span.SPAN_KIND_CONSUMER
    assert consumer.trace_id.hex() != TRACE
    linked = {(link.trace_id, link.span_id) for link in consumer.links}
    assert (producer.trace_id, producer.span_id) in linked
    carries = f"00-{TRACE}-{producer.span_id.hex()}-"
    assert dead.properties.headers
    assert str(dead.properties.headers["traceparent"]).startswith(carries)
    assert {"application/x-protobuf"} == {
        each.headers["content-type"] for each in collector.requests
    }


def test_a_collector_that_is_away_holds_nobody_up(
    embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://joe:hunter2@127.0.0.1:1"}
    embedded.publish([message(orjson.dumps(event(embedded.run, 1)))])
    worker = start_daemon(*embedded.flags, "--memory", "process:", env=away)
    worker.await_words("memory ready")
    await_condition(lambda: embedded.stored() == 1, LIMIT_S, worker.log)

    assert worker.stop(20.0) == 0
    assert "hunter2" not in worker.log.read_text()
