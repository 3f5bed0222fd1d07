"""What every document has to be: the event as it was sent, normalized, with the reference's fills.

The fills come from `benchmarks.labelled.oracle`, which reads the rules file by itself and shares
nothing with the worker's resolver; `tests/convergence` holds it against a slower reading still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from benchmarks.labelled.oracle import Oracle, Rulebook, completed, see
from benchmarks.labelled.running import policy
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.pipeline import prepare
from tests.campaign.record import Found, Obligation

HOT = 5
LATENESS = "24h"
"""Longer than any campaign: what was kept back by an outage is correlated all the same."""

OF_RECEIPT = {"receivedtimestamp"}
OF_RECEIPT_UNDATED = OF_RECEIPT | {"utctimestamp", "timestamp"}

Document = dict[str, Any]


def rules_text() -> str:
    """Return the shipped rules, with links that are hot sooner and a longer patience."""
    text = resources.files("mqworker.config").joinpath("correlation.toml").read_text()
    return text.replace("\nhot = 500\n", f"\nhot = {HOT}\n").replace(
        '\nlateness = "15m"\n', f'\nlateness = "{LATENESS}"\n'
    )


def rules_file(path: Path) -> Path:
    """Write the rules for the workers."""
    text = rules_text()
    assert f"\nhot = {HOT}\n" in text
    assert LATENESS in text
    path.write_text(text)
    return path


@cache
def _policy() -> Any:
    return policy()


def stated(owed: Obligation) -> tuple[int | None, Document]:
    """Return an event's own time (ms; None without one) and what its sender stated, normalized."""
    properties = PlainProperties(message_id=owed.message_id)
    delivery = Delivery(Tag(0, 1), owed.body, properties, datetime.now(UTC))
    prepared = prepare(delivery, _policy())
    (event,) = [each for each in prepared.events if each.position == owed.position]
    occurred = round(event.occurred.timestamp() * 1000) if event.occurred else None
    return occurred, orjson.loads(orjson.dumps(event.fields))


def expected(owed: Mapping[str, Obligation], found: Iterable[Found]) -> dict[str, Document]:
    """Return what each document that is there has to be, by the name of its event.

    Evidence is what is there: an event that nobody confirmed may be among it, or not.
    """
    book = Rulebook(rules_text())
    seen, fields = {}, {}
    for each in found:
        name = each.source["details"].get("eventid")
        if name not in owed or name in seen:
            continue
        at, fields[name] = stated(owed[name])
        moment = received(each.source) if at is None else at
        seen[name] = see(each.id, moment, fields[name], book)
    oracle = Oracle(seen.values(), book)
    return {name: completed(fields[name], oracle.answers(one)) for name, one in seen.items()}


def received(source: Document) -> int:
    """Return the time that stands for an event's own where it has none, in ms."""
    return round(datetime.fromisoformat(source["utctimestamp"]).timestamp() * 1000)


def comparable(document: Document, *, dated: bool) -> Document:
    """Leave out what depends on the time of receipt."""
    left_out = OF_RECEIPT if dated else OF_RECEIPT_UNDATED
    return {name: value for name, value in document.items() if name not in left_out}
