"""What an intake's answer to a bulk request means for each of its events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from mqworker.client.entry import Entry

OK = 200
TOO_LARGE = 413
BAD = (400, TOO_LARGE)
"""The request as a whole is not understood, or too large: halves of it may pass."""
THERE_ALREADY = 409
TAKEN = {*range(200, 300), THERE_ALREADY}
REFUSED = {*range(400, 500)} - {408, 425, 429}
MOST_SHOWN = 300


class Answer(NamedTuple):
    """What became of events; whatever is in neither list has been taken.

    later: to be sent again. refused: will never be taken, with the reason. trouble: why `later`
    is not empty. wait_s: how long the other side asks to wait, in seconds.
    """

    later: tuple[Entry, ...] = ()
    refused: tuple[tuple[Entry, str], ...] = ()
    trouble: str = ""
    wait_s: float = 0.0

    def and_then(self, other: Answer) -> Answer:
        """Return both answers as one."""
        return Answer(
            self.later + other.later,
            self.refused + other.refused,
            self.trouble or other.trouble,
            max(self.wait_s, other.wait_s),
        )


def judge(entries: Sequence[Entry], status: int, body: bytes, wait_s: float = 0.0) -> Answer:
    """Return what an answer means.

    A status that a change of configuration may turn into success (401, 404, 502 …) means "later":
    the events are kept until somebody has mended it.

    Args:
        entries: what was sent.
        status: of the answer.
        body: of the answer, Elasticsearch's bulk form where all went well.
        wait_s: what it asks for by `Retry-After`.
    """
    if status in BAD and len(entries) == 1:
        return Answer(refused=((entries[0], f"{status}: {shown(body)}"),))
    items = items_in(body) if status == OK else None
    if items is None or len(items) != len(entries):
        said = "not the answer of an intake" if status == OK else shown(body)
        return Answer(tuple(entries), trouble=f"{status}: {said}", wait_s=wait_s)
    answer = Answer(wait_s=wait_s)
    for entry, item in zip(entries, items, strict=True):
        answer = answer.and_then(judge_item(entry, item)) if not good(item) else answer
    return answer


def good(item: dict[str, Any]) -> bool:
    """Tell whether an item says that its event has been taken, now or earlier."""
    return item.get("status") in TAKEN


def judge_item(entry: Entry, item: dict[str, Any]) -> Answer:
    """Return what an item that is not good means for its event."""
    status = item.get("status")
    reason = f"{status}: {json.dumps(item.get('error'))[:MOST_SHOWN]}"
    if status in REFUSED:
        return Answer(refused=((entry, reason),))
    return Answer((entry,), trouble=reason)


def items_in(body: bytes) -> list[dict[str, Any]] | None:
    """Return the items of a bulk answer, None when it is none."""
    try:
        items = [next(iter(item.values())) for item in json.loads(body)["items"]]
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return None
    return items if all(isinstance(item, dict) for item in items) else None


def shown(body: bytes) -> str:
    """Return the start of a body, for people."""
    return " ".join(body[:MOST_SHOWN].decode("utf-8", "replace").split()) or "no reason given"
