"""Documents as the body of an Elasticsearch bulk request, and what its answer says of each.

1. The action is `create`: an ID that is taken is never overwritten, and answers 409.
2. A document's bytes go out as they are.
3. A document counts as stored only when its own item says so. An answer that can't be read, or
   holds another number of items than there were documents, says nothing of any of them.

Specification: Elasticsearch's bulk API, https://www.elastic.co/docs/api/doc/elasticsearch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from orjson import dumps

from mqworker.core.blame import Fault, blame_document
from mqworker.core.message import DUPLICATE, STORED, Document, Outcome

FILTER_PATH = "items.*.status,items.*.error"
"""The parts of an answer that are judged here: a sixth of its bytes."""

CREATED = frozenset({200, 201})
TAKEN = 409


class Judgment(NamedTuple):
    """What an answer means: an outcome for each document, and what an operator has to mend."""

    outcomes: list[Outcome]
    complaint: str = ""


def build(documents: Sequence[Document]) -> bytes:
    """Return the request's body: newline-delimited JSON.

    Raises:
        TypeError: an ID can't be written in UTF-8 (it holds half a surrogate pair).
    """
    heads: dict[str, bytes] = {}
    parts: list[bytes] = []
    for document in documents:
        index_name = document.index_name
        head = heads.get(index_name)
        if head is None:
            head = heads[index_name] = b'{"create":{"_index":%b,"_id":' % dumps(index_name)
        parts += (head, dumps(document.id), b"}}\n", document.source, b"\n")
    return b"".join(parts)


def judge(answer: Any, count: int) -> Judgment:
    """Judge an answer of status 200.

    Args:
        answer: its body, parsed where it was JSON.
        count: how many documents the request held.
    """
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or len(items) != count:
        return Judgment([UNREADABLE] * count, UNREADABLE.reason)
    outcomes: list[Outcome] = []
    complaint = ""
    for item in items:
        try:
            result = item["create"]
            status = result["status"]
        except (TypeError, KeyError):
            outcomes.append(UNREADABLE)
            continue
        if status in CREATED:
            outcomes.append(STORED)
        elif status == TAKEN:
            outcomes.append(DUPLICATE)
        else:
            fault = _fault(status, result)
            outcomes.append(outcome(fault))
            complaint = complaint or (fault.reason if fault.blame == "operator" else "")
    return Judgment(outcomes, complaint)


def outcome(fault: Fault) -> Outcome:
    """Return what becomes of one document that met this fault alone."""
    final = fault.blame in ("document", "size")
    return Outcome("refused" if final else "retry", fault.reason)


def _fault(status: Any, result: dict[str, Any]) -> Fault:
    if not isinstance(status, int):
        return Fault("load", UNREADABLE.reason)
    return blame_document(status, result.get("error"))


UNREADABLE = Outcome("retry", "the answer is no answer to a bulk request")
