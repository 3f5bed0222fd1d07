"""What shippers ask Elasticsearch before they send: filebeat, Logstash, Vector, elasticsearch-py.

Templates, policies, pipelines, aliases and indices are all said to be there, so that nobody
installs any: the worker's own template holds what is stored.
"""

from __future__ import annotations

from typing import Any, Final

from mqworker.core.intake.elastic import PRODUCT, elastic, elastic_error
from mqworker.core.intake.http import RETRY, TEXT, Answer

VERSION: Final = "8.19.0"
"""Filebeat refuses an older server than itself; no client of 7 or 8 is newer than this."""

CLUSTER: Final = "mqworker"
IDENTITY: Final = "bXF3b3JrZXItaW50YWtlMA"

ROOT: Final = {
    "name": CLUSTER,
    "cluster_name": CLUSTER,
    "cluster_uuid": IDENTITY,
    "version": {
        "number": VERSION,
        "build_flavor": "default",
        "build_type": "deb",
        "build_hash": "0000000000000000000000000000000000000000",
        "build_date": "2025-07-23T00:00:00.000000000Z",
        "build_snapshot": False,
        "lucene_version": "9.12.2",
        "minimum_wire_compatibility_version": "7.17.0",
        "minimum_index_compatibility_version": "7.0.0",
    },
    "tagline": "You Know, for Search",
}

LICENSE: Final = {
    "status": "active",
    "uid": "00000000-0000-4000-8000-000000000000",
    "type": "basic",
    "issue_date": "2025-01-01T00:00:00.000Z",
    "issue_date_in_millis": 1735689600000,
    "max_nodes": 1000,
    "issued_to": CLUSTER,
    "issuer": "elasticsearch",
    "start_date_in_millis": -1,
}

XPACK: Final = {
    "build": {"hash": ROOT["version"]["build_hash"], "date": ROOT["version"]["build_date"]},  # type: ignore[index]
    "license": {
        "uid": LICENSE["uid"],
        "type": "basic",
        "mode": "basic",
        "status": "active",
    },
    "features": {
        name: {"available": True, "enabled": False} for name in ("ilm", "monitoring", "security")
    },
    "tagline": ROOT["tagline"],
}


def answer_handshake(segments: tuple[str, ...], method: str, *, ready: bool) -> Answer:
    """Return what Elasticsearch would say to one who is about to send events.

    Args:
        segments: the path.
        method: what is asked.
        ready: whether the broker takes messages.
    """
    if method in ("PUT", "POST"):
        return answer_install(segments)
    first = segments[0] if segments else ""
    if first in STATES:
        return STATES[first](ready=ready)
    if first == "_xpack" and segments[1:]:
        return LICENSED
    return CONSTANT.get(first) or answer_there(segments)


def answer_health(*, ready: bool) -> Answer:
    """Return the state of the "cluster": whether what is sent has somewhere to go."""
    health: dict[str, Any] = {
        "cluster_name": CLUSTER,
        "status": "green" if ready else "red",
        "timed_out": not ready,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "active_primary_shards": 1,
        "active_shards": 1,
        "unassigned_shards": 0,
    }
    return elastic(200, health) if ready else elastic(503, health, RETRY)


def answer_cat(*, ready: bool) -> Answer:
    """Return the same as a line of text, for omelasticsearch's check."""
    line = f"{CLUSTER} {'green' if ready else 'red'}\n".encode()
    return Answer(200 if ready else 503, line, TEXT, PRODUCT if ready else PRODUCT + RETRY)


LOOKED_FOR: Final = frozenset(
    (
        *("_index_template", "_template", "_component_template", "_data_stream"),
        *("_ilm", "_ingest", "_alias", "_aliases"),
    )
)


def answer_there(segments: tuple[str, ...]) -> Answer:
    """Return that what is looked for is there: a template, a policy, a pipeline, an index."""
    first, last = segments[0], segments[-1]
    if first in LOOKED_FOR:
        return elastic(200, found_there(first, last))
    if not first.startswith("_") and (len(segments) == 1 or segments[1] in ("_alias", "_mapping")):
        return elastic(200, {first: {"aliases": {}, "mappings": {}, "settings": {}}})
    return elastic_error(404, "invalid_index_name_exception", "there is no such API here")


def found_there(kind: str, name: str) -> dict[str, Any]:
    """Return a template or the like, as its API gives it."""
    if kind == "_index_template":
        return {"index_templates": [{"name": name, "index_template": {"index_patterns": []}}]}
    if kind == "_component_template":
        return {"component_templates": [{"name": name, "component_template": {"template": {}}}]}
    if kind == "_data_stream":
        return {"data_streams": [{"name": name}]}
    return {name: {}}


def answer_install(segments: tuple[str, ...]) -> Answer:
    """Return that a template or the like is installed; it is not, since nothing would use it."""
    known = segments and (segments[0] in LOOKED_FOR or segments[-1] in ("_refresh", "_flush"))
    if known:
        return elastic(200, {"acknowledged": True})
    return elastic_error(405, "method_not_allowed", "events are sent to /_bulk", ())


LICENSED: Final = elastic(200, {"license": LICENSE})
CONSTANT: Final = {"": elastic(200, ROOT), "_license": LICENSED, "_xpack": elastic(200, XPACK)}
STATES: Final = {"_cluster": answer_health, "_cat": answer_cat}
