"""The two sinks of a drain: the stub, and a real Elasticsearch of our own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from time import monotonic
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from benchmarks.drain.usage import listener
from tests.services import choice
from tests.services.elasticsearch import Elasticsearch
from tests.services.scratch import Scratch
from tests.services.web import ask

PARTITIONS = 20
PEER_INDEX = "telegraf-race"
KEYWORD = {"type": "keyword", "ignore_above": 8191}
PEER_MAPPING = {
    "date_detection": False,
    "dynamic_templates": [{"scalars": {"match_mapping_type": "string", "mapping": KEYWORD}}],
    "properties": {
        "@timestamp": {"type": "date"},
        "event": {"properties": {"summary": {"type": "text"}}},
    },
}
"""As mqworker's template has it: both let Elasticsearch do the same work."""

MOST_IDS = 50_000


class Counted(NamedTuple):
    """What a sink holds. last: when the last event came, in seconds of the monotonic clock."""

    documents: int
    distinct: int
    last: float
    requests: int = 0

    @property
    def duplicates(self) -> int:
        """How many documents are there more than once."""
        return self.documents - self.distinct


class DrainSink(Protocol):
    """url, pids: where it is, and its processes."""

    name: str
    url: str
    pids: list[int]

    def reset(self) -> None:
        """Forget all documents."""

    def arrived(self) -> Counted:
        """Count what has come so far, cheaply."""

    def census(self) -> Counted:
        """Count for good."""


class Stub:
    """`benchmarks.drain.stub` in a process of its own."""

    name = "stub"

    def __init__(self, port: int, pid: int) -> None:
        self.url, self.pids = f"http://127.0.0.1:{port}", [pid]

    def reset(self) -> None:
        """Forget all documents."""
        ask(self.url, "POST", "/_stub/reset")

    def arrived(self) -> Counted:
        """Count what has come so far."""
        told = ask(self.url, "GET", "/_stub/count").body
        return Counted(told["documents"], told["distinct"], told["last"], told["requests"])

    census = arrived

    def times(self) -> dict[int, float]:
        """Return when each event was answered, by its number."""
        return {int(key): at for key, at in ask(self.url, "GET", "/_stub/times").body.items()}


class RealSink:
    """An Elasticsearch node; its indices are deleted before each run."""

    name = "elasticsearch"

    def __init__(self, node: Elasticsearch) -> None:
        self.node, self.url = node, node.url
        self.pids = listener(urlsplit(node.url).port or 9200)
        self.last = (0, 0.0)

    def reset(self) -> None:
        """Forget all documents."""
        for name in self.indices():
            self.node.ask("DELETE", f"/{name}")
        self.node.ask("PUT", f"/{PEER_INDEX}", {"mappings": PEER_MAPPING})
        self.last = (0, 0.0)

    def indices(self) -> list[str]:
        """Return the names of all indices that are not the server's own."""
        found = self.node.ask("GET", "/_cat/indices?format=json&h=index").body
        return [each["index"] for each in found if not each["index"].startswith(".")]

    def arrived(self) -> Counted:
        """Count what has come so far."""
        told = self.node.ask("GET", "/_stats/indexing").body
        count = told["_all"]["primaries"].get("indexing", {}).get("index_total", 0)
        if count != self.last[0]:
            self.last = (count, monotonic())
        return Counted(count, count, self.last[1])

    def census(self) -> Counted:
        """Count for good."""
        self.node.ask("POST", "/_refresh")
        documents = self.node.ask("GET", "/_count").body["count"]
        distinct = sum(self.distinct(part) for part in range(PARTITIONS))
        return Counted(documents, distinct, self.last[1])

    def distinct(self, part: int) -> int:
        """Count the different event IDs in one part of all; mqworker's field, or a peer's."""
        ids = {"include": {"partition": part, "num_partitions": PARTITIONS}, "size": MOST_IDS}
        fields = {"ours": "details.eventid", "peer": "event.details_eventid"}
        wanted = {name: {"terms": {"field": field} | ids} for name, field in fields.items()}
        answer = self.node.ask("POST", "/_search", {"size": 0, "aggs": wanted})
        assert answer.status == HTTPStatus.OK, answer
        found = answer.body["aggregations"]
        return sum(len(each["buckets"]) for each in found.values())

    def bytes_per_document(self) -> float:
        """Return how many bytes of disk a document takes, as it is now."""
        told = self.node.ask("GET", "/_stats/store,docs").body["_all"]["primaries"]
        return float(told["store"]["size_in_bytes"] / max(1, told["docs"]["count"]))


@contextmanager
def stub() -> Iterator[Stub]:
    """Run a stub."""
    command = [sys.executable, "-m", "benchmarks.drain.stub", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Stub(int(process.stdout.readline()), process.pid)
    finally:
        process.kill()
        process.communicate()


@contextmanager
def elasticsearch(scratch: Scratch) -> Iterator[RealSink]:
    """Run an Elasticsearch."""
    node = choice.elasticsearch(scratch)
    try:
        yield RealSink(node)
    finally:
        node.lifecycle.discard()


SINKS: dict[str, Callable[[Scratch], object]] = {
    "stub": lambda _: stub(),
    "elasticsearch": elasticsearch,
}
