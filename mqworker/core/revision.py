"""Documents of Elasticsearch, read for completing them and replaced if nobody else was faster.

1. What is read is the document as it is now: a multi get does not wait for a refresh.
2. An index that does not exist holds nothing, and neither does a closed one (as for a look-up).
3. A replacement names the sequence number and primary term that were read. Elasticsearch answers
   409 to it when the document has others by now, or is gone.

Specification: https://www.elastic.co/docs/api/doc/elasticsearch, multi get, bulk, and optimistic
concurrency control.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orjson import dumps

from mqworker.core.blame import Fault, tell
from mqworker.core.bulk import Kind
from mqworker.core.lookup import NOWHERE
from mqworker.core.message import Amendment, Place, Stored

UNREADABLE = Fault("load", "the answer is no answer to a multi get request")


def build_retrieval(places: Sequence[Place]) -> bytes:
    """Return the body of a multi get request for whole documents."""
    return dumps({"docs": [{"_index": index_name, "_id": id_} for index_name, id_ in places]})


def judge_retrieval(answer: Any, count: int) -> list[Stored | None] | Fault:
    """Return the documents of an answer, None for each that is not there.

    Args:
        answer: the answer's body, parsed where it was JSON.
        count: how many documents were asked for.

    Returns:
        A Fault when anything is known of none, or not of all.
    """
    results = answer.get("docs") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != count:
        return UNREADABLE
    documents: list[Stored | None] = []
    for result in results:
        document = _judge_one(result)
        if isinstance(document, Fault):
            return document
        documents.append(document)
    return documents


def build_amendments(amendments: Sequence[Amendment]) -> bytes:
    """Return the body of a bulk request: newline-delimited JSON."""
    parts: list[bytes] = []
    for (index_name, id_), source, (number, term) in amendments:
        action = {"_index": index_name, "_id": id_, "if_seq_no": number, "if_primary_term": term}
        parts += (dumps({"index": action}), b"\n", source, b"\n")
    return b"".join(parts)


AMENDMENT = Kind("index", build_amendments)


def _judge_one(result: Any) -> Stored | Fault | None:
    if not isinstance(result, dict):
        return UNREADABLE
    error = result.get("error")
    if isinstance(error, dict):
        return None if error.get("type") in NOWHERE else Fault("load", tell(error))
    if result.get("found") is False:
        return None
    match result:
        case {"_source": dict(source), "_seq_no": int(number), "_primary_term": int(term)}:
            return Stored(source, (number, term))
    return UNREADABLE
