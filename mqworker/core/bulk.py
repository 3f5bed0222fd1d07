"""Documents as the body of an Elasticsearch bulk request, and what its answer says of each.

1. The action is `create`: an ID that is taken is never overwritten, and answers 409. (For
   completing documents it is `index` with the version that was read: see `core/revision.py`.)
2. A document's bytes go out as they are.
3. A document counts as stored only when its own item says so. An answer that can't be read, or
   holds another number of items than there were documents, says nothing of any of them.

Specification: Elasticsearch's bulk API, https://www.elastic.co/docs/api/doc/elasticsearch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from orjson import dumps, loads

from mqworker.core.blame import PRESSURE_SETTING, Fault, above_limit, blame_document
from mqworker.core.message import DUPLICATE, STORED, Document, Outcome

FILTER_PATH = "items.*.status,items.*.error"
"""The parts of an answer that are judged here: a sixth of its bytes."""

CREATED = (200, 201)
CREATED_ITEM = {"create": {"status": 201}}
CREATED_TEXT = b'{"create":{"status":201}}'
LEAST_ANSWER = b'{"items":[' + CREATED_TEXT
TAKEN = 409
GONE = 404

Action = Literal["create", "index"]
Item = TypeVar("Item")


def read_answer(text: bytes) -> Any:
    """Return what a server has answered, out of its JSON.

    That each document was created is what nearly every bulk request is answered: that is seen at
    once, and not read into hundreds of objects that say the same.

    Raises:
        JSONDecodeError: it is no JSON.
    """
    if text.startswith(LEAST_ANSWER):
        count = text.count(CREATED_TEXT)
        if text == all_created(count):
            return {"items": [CREATED_ITEM] * count}
    return loads(text)


@lru_cache(maxsize=16)
def all_created(count: int) -> bytes:
    """Return the answer by which each of so many documents was created."""
    return b'{"items":[%b]}' % b",".join([CREATED_TEXT] * count)


class Kind(NamedTuple, Generic[Item]):
    """A kind of bulk request: what is asked for each document, and what makes the body."""

    action: Action
    build: Callable[[Sequence[Item]], bytes]


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
    names = written([document.id for document in documents])
    for number, document in enumerate(documents):
        index_name = document.index_name
        head = heads.get(index_name)
        if head is None:
            head = heads[index_name] = b'{"create":{"_index":%b,"_id":"' % dumps(index_name)
        parts += (head, names[number], b'"}}\n', document.source, b"\n")
    return b"".join(parts)


def written(names: list[str]) -> list[bytes]:
    """Return each text as JSON, without the quotes around it.

    All at once: one by one, each asks for a kilobyte and gives most of it back, which took longer
    than everything else that is done for a bulk request.
    """
    text = dumps(names)
    if not names or b"\\" in text:  # then a quote may be one of a text's own
        return [dumps(name)[1:-1] for name in names]
    return text[2:-2].split(b'","')


CREATION = Kind("create", build)


def judge(answer: Any, count: int, size: int, action: Action = "create") -> Judgment | Fault:
    """Judge an answer of status 200; a Fault concerns the request as a whole.

    Args:
        answer: its body, parsed where it was JSON.
        count: how many documents the request held.
        size: bytes of the request's body.
        action: what was asked for, for each document.
    """
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or len(items) != count:
        return Judgment([UNREADABLE] * count, UNREADABLE.reason)
    complaints: list[str] = []
    outcomes = [
        STORED
        if item is CREATED_ITEM or item == CREATED_ITEM
        else _judge_item(item, action, complaints)
        for item in items
    ]
    if outcomes and outcomes[0].status == "retry" and _nothing_passes(outcomes, size):
        return Fault("size", f"{outcomes[0].reason}: {PRESSURE_SETTING}")
    return Judgment(outcomes, complaints[0] if complaints else "")


def outcome(fault: Fault) -> Outcome:
    """Return what becomes of one document that met this fault alone."""
    final = fault.blame in ("document", "size")
    return Outcome("refused" if final else "retry", fault.reason)


def _nothing_passes(outcomes: Sequence[Outcome], size: int) -> bool:
    """Tell whether every document was turned away because the request itself is too much."""
    return above_limit(outcomes[0].reason, size, len(outcomes)) and all(
        each.status == "retry" for each in outcomes
    )


def _judge_item(item: Any, action: Action, complaints: list[str]) -> Outcome:
    result = item.get(action) if isinstance(item, dict) else None
    if not isinstance(result, dict) or not isinstance(status := result.get("status"), int):
        return UNREADABLE
    if status in CREATED:
        return STORED
    if status == TAKEN or (status == GONE and action == "index"):
        return DUPLICATE
    fault = blame_document(status, result.get("error"))
    if fault.blame == "operator":
        complaints.append(fault.reason)
    return outcome(fault)


UNREADABLE = Outcome("retry", "the answer is no answer to a bulk request")
