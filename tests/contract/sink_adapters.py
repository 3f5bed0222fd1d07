"""The sinks that test_sink.py and test_revisions.py run over: add yours to `ADAPTERS`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from mqworker.ports import Archive, Revisions, Sink
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sinks.memory import MemorySink
from mqworker.sinks.sqlite import SqliteSink


class Store(Sink, Revisions, Archive, Protocol):
    """A sink that can be read, and whose documents can be completed."""


def nothing_to_wait_for() -> None:
    """What was written can be found at once."""


@dataclass(frozen=True)
class Bench:
    """An empty store to try.

    prefix: what the names of its indices begin with.
    refresh: waits until what was written can be found.
    """

    store: Store
    prefix: str = "events"
    refresh: Callable[[], Any] = nothing_to_wait_for


@contextmanager
def memory(_: pytest.FixtureRequest) -> Iterator[Bench]:
    store = MemorySink()
    yield Bench(store)
    store.close()


@contextmanager
def sqlite(request: pytest.FixtureRequest) -> Iterator[Bench]:
    store = SqliteSink(request.getfixturevalue("tmp_path") / "events.db")
    yield Bench(store)
    store.close()


@contextmanager
def elasticsearch(request: pytest.FixtureRequest) -> Iterator[Bench]:
    node = request.getfixturevalue("elasticsearch")
    prefix = f"suite{os.urandom(6).hex()}"
    store = ElasticsearchSink(ElasticsearchOptions(urls=(node.url,), prefix=prefix))
    store.setup()
    try:
        yield Bench(store, prefix, lambda: node.ask("POST", f"/{prefix}-*/_refresh"))
    finally:
        store.close()
        names = node.ask("GET", f"/{prefix}-*/_alias").body
        for name in names:
            node.ask("DELETE", f"/{name}")
        node.ask("DELETE", f"/_index_template/mqworker-{prefix}")


Adapter = Callable[[pytest.FixtureRequest], AbstractContextManager[Bench]]

ADAPTERS: dict[str, Adapter] = {
    "memory": memory,
    "sqlite": sqlite,
    "elasticsearch": elasticsearch,
}
SERVICES = {"elasticsearch"}
"""Those that need a real service."""
