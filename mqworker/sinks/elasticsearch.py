"""The document store proper: Elasticsearch, by bulk requests.

1. Nothing that a document holds and no outage raises: each document gets its outcome.
2. A batch that is too large, or that one impossible document spoils, is divided until that
   document stands alone; the others are stored.
3. A document that an earlier delivery may have put into another index is looked for there first.
4. What only an operator can mend is said aloud, at most once a minute while it lasts.

`write` may be called by several threads at once: the client is made for that.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, TypeVar

from elasticsearch import ApiError, TransportError, UnsupportedProductError

from mqworker.core.blame import Fault, blame_request
from mqworker.core.bulk import CREATION, FILTER_PATH, Judgment, Kind, judge, outcome
from mqworker.core.clause import Clause
from mqworker.core.holding import Holding
from mqworker.core.lookup import LOOKUP_LIMIT, build_lookup, judge_lookup, places
from mqworker.core.lookup import Place as Spot
from mqworker.core.message import DUPLICATE, Amendment, Document, Outcome, Place, Stored
from mqworker.core.revision import AMENDMENT
from mqworker.sinks.elasticsearch_checks import (
    check_alias,
    check_lifecycle,
    check_privileges,
    check_version,
    tell_installation,
)
from mqworker.sinks.elasticsearch_client import (
    ElasticsearchOptions,
    connect,
    explain,
    reason_of,
    translated,
)
from mqworker.sinks.elasticsearch_find import newest, queries
from mqworker.sinks.elasticsearch_indices import drop, holdings
from mqworker.sinks.elasticsearch_revisions import retrieve
from mqworker.sinks.template import install

__all__ = ["ElasticsearchOptions", "ElasticsearchSink"]

log = logging.getLogger(__name__)

Item = TypeVar("Item")

JSON = {"accept": "application/json", "content-type": "application/json"}
LINES = {"accept": "application/json", "content-type": "application/x-ndjson"}
COMPLAINT_INTERVAL_S = 60.0
SEARCH_LIMIT = 10_000
"""Elasticsearch gives no more at once (index.max_result_window)."""

SEARCHED = (
    "summary",
    "errors",
    "category",
    "eventsource",
    "hostname",
    "processname",
    "severity",
    "source",
    "tags",
    "details.*",
)
NEWEST_FIRST = [{"utctimestamp": {"order": "desc", "unmapped_type": "date"}}]


class ElasticsearchSink:
    """Stores documents in Elasticsearch 8.19 or 9, finds them there, and completes them."""

    def __init__(self, options: ElasticsearchOptions) -> None:
        """Make the client; it connects at its first use.

        Raises:
            Misconfigured: a URL, a file or a combination of credentials is unusable.
        """
        self.options = options
        self.client = connect(options)
        # Documents whose shard is missing are told so while the others' answer can still come.
        patience = f"{round(options.timeout_s * 500)}ms"
        self.parameters = {"filter_path": FILTER_PATH, "timeout": patience}
        self.complained: tuple[str, float] = ("", 0.0)

    def verify(self) -> str:
        """Check version, privileges, template and alias; see `mqworker.ports.Sink.verify`."""
        prefix = self.options.prefix
        with translated():
            version = check_version(self.client)
            check_privileges(self.client, prefix)
            check_alias(self.client, prefix)
            check_lifecycle(self.client, self.options.lifecycle)
            done = install(self.client, prefix, self.options.lifecycle, allowed=self.options.setup)
        return f"Elasticsearch {version}, {tell_installation(prefix, done)}"

    def setup(self) -> str:
        """Install or upgrade the index template, and say what was done.

        Needs the cluster privileges manage_index_templates and monitor only: an administrator's
        part, where the worker's own user may not do that.

        Raises:
            Misconfigured: the cluster is unfit, or a privilege is missing.
            SinkUnavailable: it does not answer.
        """
        prefix = self.options.prefix
        with translated():
            version = check_version(self.client)
            check_alias(self.client, prefix)
            check_lifecycle(self.client, self.options.lifecycle)
            done = install(self.client, prefix, self.options.lifecycle)
        return f"Elasticsearch {version}, {tell_installation(prefix, done)}"

    def write(self, documents: Sequence[Document]) -> list[Outcome]:
        """Create documents; see `mqworker.ports.Sink.write`."""
        known = self._look_up(documents)
        if not known:
            return self._bulk(documents, CREATION)
        rest = [each for place, each in enumerate(documents) if place not in known]
        created = iter(self._bulk(rest, CREATION))
        return [known.get(place) or next(created) for place in range(len(documents))]

    def fetch(self, places: Sequence[Place]) -> list[Stored | None]:
        """Read documents; see `mqworker.ports.Revisions.fetch`."""
        return retrieve(self.client, places)

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Replace documents that have not changed; see `mqworker.ports.Revisions.amend`."""
        return self._bulk(amendments, AMENDMENT)

    def search(self, words: str, limit: int) -> list[Mapping[str, Any]]:
        """Find documents; see `mqworker.ports.Archive.search`.

        Words are those of the summary, and whole values of every other field.
        """
        query = {
            "query": words,
            "fields": SEARCHED,
            "default_operator": "and",
            "lenient": True,
        }
        return list(newest(self._hits({"simple_query_string": query}, limit), limit))

    def find(self, clauses: Sequence[Clause], limit: int) -> list[Mapping[str, Any]]:
        """Find documents by exact values; see `mqworker.ports.Archive.find`."""
        hits = [hit for query in queries(clauses) for hit in self._hits(query, limit)]
        return list(newest(hits, limit))

    def _hits(self, query: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
        """Return the newest documents that a query finds, with what they were sorted by."""
        with translated():
            answer = self.client.search(
                index=self.options.prefix,
                ignore_unavailable=True,
                query=query,
                sort=NEWEST_FIRST,
                size=min(limit, SEARCH_LIMIT),
            )
        return list(answer["hits"]["hits"])

    def count(self) -> int:
        """Count documents; see `mqworker.ports.Archive.count`."""
        with translated():
            answer = self.client.count(index=self.options.prefix, ignore_unavailable=True)
        return int(answer["count"])

    def holdings(self) -> list[Holding]:
        """List indices; see `mqworker.ports.Holdings.holdings`."""
        with translated():
            return holdings(self.client, self.options.prefix)

    def drop(self, name: str) -> None:
        """Remove an index; see `mqworker.ports.Holdings.drop`."""
        with translated():
            drop(self.client, name)

    def close(self) -> None:
        """Leave; see `mqworker.ports.Sink.close`."""
        self.client.close()

    def _bulk(self, items: Sequence[Item], kind: Kind[Item]) -> list[Outcome]:
        if not items:
            return []
        result = self._send(items, kind)
        if isinstance(result, Fault):
            return self._divide(items, kind, result)
        if result.complaint:
            self._complain(result.complaint)
        return result.outcomes

    def _send(self, items: Sequence[Item], kind: Kind[Item]) -> Judgment | Fault:
        """Send one bulk request; a Fault concerns the request as a whole."""
        try:
            body = kind.build(items)
        except TypeError as error:
            return Fault("document", f"the ID can't be written as JSON: {error}")
        try:
            answer = self.client.perform_request(
                "POST", "/_bulk", params=self.parameters, headers=LINES, body=body
            )
        except UnsupportedProductError:
            return Fault("operator", "what answers is not Elasticsearch")
        except ApiError as error:
            return blame_request(error.meta.status, error.body, len(body), len(items))
        except TransportError as error:
            return Fault("load", explain(error))
        return judge(answer.body, len(items), len(body), kind.action)

    def _divide(self, items: Sequence[Item], kind: Kind[Item], fault: Fault) -> list[Outcome]:
        """Try halves of a batch whose whole failed, where that can help."""
        half = len(items) // 2
        if fault.blame == "operator":
            self._complain(fault.reason)
        if not half or fault.blame not in ("document", "size"):
            return [outcome(fault)] * len(items)
        first = self._bulk(items[:half], kind)
        if all(each.status == "retry" for each in first):
            return first + [first[-1]] * (len(items) - half)
        return first + self._bulk(items[half:], kind)

    def _look_up(self, documents: Sequence[Document]) -> dict[int, Outcome]:
        """Look for documents elsewhere: an outcome for each that must not be created now."""
        asked = places(documents)
        known: dict[int, Outcome] = {}
        for start in range(0, len(asked), LOOKUP_LIMIT):
            found = self._ask(asked[start : start + LOOKUP_LIMIT])
            known |= {at: each for at, each in found.items() if known.get(at) is not DUPLICATE}
        return known

    def _ask(self, asked: Sequence[Spot]) -> dict[int, Outcome]:
        try:
            answer = self.client.perform_request(
                "POST", "/_mget", headers=JSON, body=build_lookup(asked)
            )
        except (ApiError, TransportError) as error:
            reason = reason_of(error) if isinstance(error, ApiError) else explain(error)
            unknown = Outcome("retry", f"looking for an earlier delivery: {reason}")
            return {place.position: unknown for place in asked}
        return judge_lookup(asked, answer.body)

    def _complain(self, complaint: str) -> None:
        last, when = self.complained
        now = monotonic()
        if complaint != last or now - when >= COMPLAINT_INTERVAL_S:
            self.complained = (complaint, now)
            log.error("Elasticsearch needs an operator, documents wait: %s", complaint)
