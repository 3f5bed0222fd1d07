"""Documents of a redelivered message, looked for in the other indices that may hold them.

1. A document that is found is a duplicate. Only an answer that says so for each of its indices
   lets it be created.
2. An index that does not exist holds nothing. Neither does one that was closed: nobody can look
   into it, and to wait until somebody opens it could be for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from orjson import dumps

from mqworker.core.blame import tell
from mqworker.core.message import DUPLICATE, Document, Outcome

LOOKUP_LIMIT = 1000
"""Places that one request asks about: it stays far below any limit on its size."""

NOWHERE = frozenset({"index_not_found_exception", "index_closed_exception"})


class Place(NamedTuple):
    """Where the document at `position` of a batch may be."""

    position: int
    index_name: str
    id: str


def places(documents: Sequence[Document]) -> list[Place]:
    """Return every place to look into, for the documents that have any."""
    return [
        Place(position, index_name, document.id)
        for position, document in enumerate(documents)
        if document.elsewhere
        for index_name in document.elsewhere
    ]


def build_lookup(asked: Sequence[Place]) -> bytes:
    """Return the body of a multi get request."""
    wanted = [{"_index": name, "_id": id_, "_source": False} for _, name, id_ in asked]
    return dumps({"docs": wanted})


def judge_lookup(asked: Sequence[Place], answer: Any) -> dict[int, Outcome]:
    """Return an outcome for each position that must not be created now.

    Args:
        asked: the places, as the request named them.
        answer: the answer's body, parsed where it was JSON.
    """
    found = answer.get("docs") if isinstance(answer, dict) else None
    if not isinstance(found, list) or len(found) != len(asked):
        return {place.position: UNANSWERED for place in asked}
    outcomes: dict[int, Outcome] = {}
    for place, result in zip(asked, found, strict=True):
        outcome = _judge_place(result)
        if outcome is not None and outcomes.get(place.position) is not DUPLICATE:
            outcomes[place.position] = outcome
    return outcomes


def _judge_place(result: Any) -> Outcome | None:
    if not isinstance(result, dict):
        return UNANSWERED
    error = result.get("error")
    if isinstance(error, dict):
        return None if error.get("type") in NOWHERE else _unknown(error)
    match result.get("found"):
        case True:
            return DUPLICATE
        case False:
            return None
    return UNANSWERED


def _unknown(error: dict[str, Any]) -> Outcome:
    return Outcome("retry", f"looking for an earlier delivery: {tell(error)}")


UNANSWERED = Outcome("retry", "the answer is no answer to a multi get request")
