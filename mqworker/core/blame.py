"""Whose fault an error of Elasticsearch is, and so what becomes of the documents it hit.

1. A document is refused only for what it holds itself. Whatever may change without it (load, an
   outage, a privilege, a block, a limit of the cluster) leads to another try, for ever: the
   document is unharmed, and dead-lettering it would drain the queue into the dead letters.
2. The one exception is a closed index. Closing is a lasting act on one old index, and who retried
   here would give away the worker's prefetch to anyone who sends events of that day. The index
   opened again, a replay stores them.
3. Of an error that nobody has thought of here, 400 blames the document (a dead letter can be
   replayed), every other status does not.

| answer | blames | because |
| --- | --- | --- |
| 409 version_conflict_engine | nobody | `create` met its own ID: it is stored already |
| 429 es_rejected_execution, circuit_breaking | load | the cluster is busy |
| 5xx: unavailable_shards, no master, a timeout | load | the cluster is not itself |
| 401, 403 security | operator | credentials or a privilege are missing |
| 403, 429 cluster_block | operator | read-only, by hand or because a disk is full |
| 404 index_not_found | operator | nothing may create the index, or a proxy answered |
| 413, 429 for more than may be in flight at all | size | halves may pass; one alone never will |
| 400 index_closed | document | see 2 |
| 400 validation | operator | the cluster may hold no more shards |
| 400 invalid_alias_name, invalid_index_name | operator | no index of this name can be made |
| 400 illegal_argument: no such pipeline, no write index | operator | the index is set up so |
| 400 document_parsing, illegal_argument, others | document | it does not fit the mapping |
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

Blame = Literal["document", "size", "load", "operator"]

REASON_LIMIT = 600
"""Characters of Elasticsearch's reason that are kept."""

CAUSES_LIMIT = 3
"""How many causes below an error are told."""


class Fault(NamedTuple):
    """An error of Elasticsearch: whom it blames, and its reason for a person."""

    blame: Blame
    reason: str


CONFIGURATION_TYPES = frozenset(
    {"validation_exception", "invalid_alias_name_exception", "invalid_index_name_exception"}
)
CONFIGURATION_REASONS = ("pipeline with id [", "no write index is defined for alias")
BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
RACE_TYPES = frozenset({"resource_already_exists_exception", "index_creation_exception"})

MALFORMED_TYPES = frozenset(
    {
        "action_request_validation_exception",
        "x_content_parse_exception",
        "json_parse_exception",
        "json_e_o_f_exception",
    }
)
"""Whole requests are refused so when one document in them is impossible (an ID over 512 bytes)."""

PRESSURE = re.compile(r"_operation_bytes=(\d+), max_\w+_bytes=(\d+)")

CONTENT_SETTING = "too large for the cluster's http.max_content_length"
PRESSURE_SETTING = "too large for the cluster's indexing_pressure.memory.limit"

CROWDED = 4
"""A part of the limit that a batch is sure to fit into: the same bytes are counted for the request
and again for each shard, with something added for each document."""


def blame_document(status: int, error: Any) -> Fault:
    """Judge the error of one document in a bulk answer.

    Args:
        status: its HTTP status, anything but 2xx and 409.
        error: its `error` object.
    """
    reason = f"{status} {tell(error)}"
    if status == HTTPStatus.BAD_REQUEST:
        return Fault(_blame_bad_request(error), reason)
    return Fault(_blame_status(status, error), reason)


def blame_request(status: int, answer: Any, size: int, count: int) -> Fault:
    """Judge the failure of a whole bulk request.

    Args:
        status: the HTTP status of the answer.
        answer: its body, parsed where it was JSON.
        size: bytes of the request's body.
        count: documents in it.
    """
    error = answer.get("error") if isinstance(answer, dict) else None
    reason = f"{status} {tell(error) or 'without a reason'}"
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Fault("size", f"{reason}: {CONTENT_SETTING}")
    if status == HTTPStatus.TOO_MANY_REQUESTS and above_limit(reason, size, count):
        return Fault("size", f"{reason}: {PRESSURE_SETTING}")
    if status == HTTPStatus.BAD_REQUEST and _type_of(error) in MALFORMED_TYPES:
        return Fault("document", reason)
    return Fault(_blame_status(status, error), reason)


def above_limit(reason: str, size: int, count: int) -> bool:
    """Tell whether a request that was turned away as too much might never pass as it is.

    Args:
        reason: as told by Elasticsearch for the request, or for one of its documents.
        size: bytes of the request's body.
        count: documents in it.
    """
    found = PRESSURE.search(reason)
    if not found:
        return False
    operation, limit = map(int, found.groups())
    return operation > limit if count == 1 else size * CROWDED > limit


def tell(error: Any) -> str:
    """Return an error's type, reason and causes as one line, clipped."""
    if isinstance(error, str):
        return clipped(error)
    parts: list[str] = []
    while isinstance(error, dict) and len(parts) <= CAUSES_LIMIT:
        reason = str(error.get("reason") or "")
        if not any(reason in part for part in parts):
            parts.append(f"{error.get('type', 'error')}: {reason}")
        error = error.get("caused_by")
    return clipped("; caused by ".join(parts))


def clipped(text: str) -> str:
    """Return a text as one line of at most `REASON_LIMIT` characters."""
    text = " ".join(text.split())
    return text if len(text) <= REASON_LIMIT else f"{text[: REASON_LIMIT - 1]}…"


def _blame_status(status: int, error: Any) -> Blame:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "load"
    if _type_of(error) == "cluster_block_exception":
        return "operator"
    return "load" if status in BUSY else "operator"


def _blame_bad_request(error: Any) -> Blame:
    kind = _type_of(error)
    if kind in RACE_TYPES:
        return "load"
    reason = str(error.get("reason")) if isinstance(error, dict) else ""
    if kind in CONFIGURATION_TYPES or any(words in reason for words in CONFIGURATION_REASONS):
        return "operator"
    return "document"


def _type_of(error: Any) -> str:
    return str(error.get("type")) if isinstance(error, dict) else ""
