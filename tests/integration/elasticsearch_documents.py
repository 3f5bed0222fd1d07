"""Documents for a real Elasticsearch: a sink with indices of its own, and what became of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Thread
from typing import Any

import orjson

from mqworker.core.message import Document, Outcome
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from tests.services.elasticsearch import Elasticsearch


def new_prefix() -> str:
    return f"trial{os.urandom(6).hex()}"


def set_up(node: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    options = ElasticsearchOptions(urls=(node.url,), prefix=prefix, timeout_s=20)
    with closing(ElasticsearchSink(options)) as sink:
        sink.setup()
        yield sink
    clear(node, prefix)


def clear(node: Elasticsearch, prefix: str) -> None:
    for name in node.ask("GET", f"/{prefix}*/_alias?expand_wildcards=all").body:
        node.ask("DELETE", f"/{name}")
    node.ask("DELETE", f"/_index_template/mqworker-{prefix}")
    node.ask("DELETE", f"/_component_template/mqworker-{prefix}@custom")


def documents(prefix: str, count: int, size: int = 10, first: int = 0) -> list[Document]:
    return [
        Document(f"{prefix}-20260214", f"id-{n}", orjson.dumps({"summary": "x" * size}))
        for n in range(first, first + count)
    ]


def statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def stored(node: Elasticsearch, prefix: str) -> int:
    node.ask("POST", f"/{prefix}-*/_refresh")
    answer = node.ask("GET", f"/{prefix}-*/_count")
    return int(answer.body["count"])


def write_until_stored(sink: ElasticsearchSink, batch: list[Document], limit_s: float) -> int:
    """Write as the worker does: what is to be retried again and again; return the retries."""
    deadline = time.monotonic() + limit_s
    retries = 0
    while batch and time.monotonic() < deadline:
        outcomes = sink.write(batch)
        assert "refused" not in statuses(outcomes)
        batch = [each for each, out in zip(batch, outcomes, strict=True) if out.status == "retry"]
        retries += len(batch)
        time.sleep(0.1 if batch else 0)
    assert batch == []
    return retries


@contextmanager
def in_threads(count: int, work: Callable[[int], Any]) -> Iterator[None]:
    """Let threads work while the block runs, and wait for them."""
    threads = [Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()
