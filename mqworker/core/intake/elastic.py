"""What Elasticsearch says, in its own form.

https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
"""

from __future__ import annotations

from typing import Any

from mqworker.core.intake.http import RETRY, Answer, Headers, json_answer
from mqworker.core.intake.refusals import clipped
from mqworker.core.message import Refusal

PRODUCT: Headers = (("x-elastic-product", "Elasticsearch"),)
"""Clients from 7.14 on refuse a server that does not say this."""

PARSING_EXCEPTION = "document_parsing_exception"


def elastic(status: int, value: Any, headers: Headers = ()) -> Answer:
    """Return an answer that holds JSON, as Elasticsearch gives it."""
    return json_answer(status, value, PRODUCT + headers)


def elastic_error(status: int, kind: str, reason: str, headers: Headers = ()) -> Answer:
    """Return an answer that says what is wrong, as Elasticsearch says it."""
    cause = {"type": kind, "reason": clipped(reason)}
    return elastic(status, {"error": {"root_cause": [cause], **cause}, "status": status}, headers)


ELASTIC_UNAVAILABLE = elastic_error(
    503,
    "unavailable_shards_exception",
    "the message broker has not confirmed it: send it again",
    RETRY,
)


def created(index: str, name: str) -> dict[str, Any]:
    """Return what Elasticsearch says of a document that it has stored."""
    return {
        "_index": index,
        "_id": name,
        "_version": 1,
        "result": "created",
        "_shards": {"total": 1, "successful": 1, "failed": 0},
        "_seq_no": 0,
        "_primary_term": 1,
        "status": 201,
    }


def refused_item(index: str, name: str | None, refusal: Refusal) -> dict[str, Any]:
    """Return what Elasticsearch says of a document that it never will store."""
    where = f"{refusal.pointer}: " if refusal.pointer else ""
    failure = {"type": PARSING_EXCEPTION, "reason": clipped(where + refusal.reason)}
    return {"_index": index, "_id": name, "status": 400, "error": failure}
