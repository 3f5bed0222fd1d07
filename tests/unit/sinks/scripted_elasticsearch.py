"""An Elasticsearch that answers by a script, and a sink that writes to it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from mqworker.core.message import Document
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from tests.stubs.scripted import Request, Scripted, json_answer

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
BUSY = json_answer({"error": {"type": "es_rejected_execution_exception", "reason": "full"}}, 429)


def documents(count: int, **kwargs: Any) -> list[Document]:
    return [Document("events-20260214", f"id-{n}", b'{"n":%d}' % n, **kwargs) for n in range(count)]


@contextmanager
def connected(server: Scripted, *more: str, timeout_s: float = 5.0) -> Iterator[ElasticsearchSink]:
    options = ElasticsearchOptions(urls=(server.url, *more), timeout_s=timeout_s)
    sink = ElasticsearchSink(options)
    try:
        yield sink
    finally:
        sink.close()


def statuses(sink: ElasticsearchSink, batch: list[Document]) -> list[str]:
    return [outcome.status for outcome in sink.write(batch)]


def ids(request: Request) -> list[str]:
    return [orjson.loads(line)["create"]["_id"] for line in request.body.splitlines()[::2]]


def free_address() -> str:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"
