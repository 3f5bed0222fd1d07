"""Correlation with real services: four workers over 20,000 shuffled events, killed in the middle.

The events are those of many small random logs that share nothing with each other, so that the slow
reference can tell what each document has to be.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from mqworker.core.message import PlainProperties, Publication
from tests.convergence.logs import IDENTITY, RULES, log_of
from tests.convergence.played import LIMITS, expected
from tests.convergence.simulation import without_receipt
from tests.daemons import Daemon, await_condition
from tests.integration.pairs import EXCHANGE, QUEUE, Served

pytestmark = [pytest.mark.services, pytest.mark.timeout(300)]

EVENTS = 20_000
KILLS = 6
SHARED = ("sessionid", "connectionid", "requestid")

Messages = list[tuple[str, dict[str, Any]]]


def logs(run: str) -> Iterator[Messages]:
    """Give small random logs, each in a world of its own."""
    for seed in range(EVENTS):
        yield [(f"{run}-{seed}-{name}", apart(event, seed, run)) for name, event in log_of(seed)]


def apart(event: dict[str, Any], seed: int, run: str) -> dict[str, Any]:
    """Return an event whose names and numbers occur in its own log only."""
    details = {
        name: f"{value}-{seed}" if name in SHARED else value
        for name, value in event["details"].items()
    }
    return {
        **event,
        "hostname": f"{event['hostname']}.log{seed}",
        "details": {**details, "run": run},
    }


def rules_file(path: Path) -> Path:
    """Write the rules of the reference as an operator would."""
    lines = ["version = 1", f"identity = {IDENTITY}", 'bucket = "1m"', 'lateness = "15m"']
    lines += [f"hot = {LIMITS['hot']}", f"max_hops = {LIMITS['max_hops']}"]
    lines += [f"candidates = {LIMITS['cap']}"]
    for name, rule in RULES.items():
        lines += ["[[rule]]", f'name = "{name}"', f"fields = {rule['fields']}"]
        lines += [f"carries = {sorted(rule['carries'])}"]
        lines += [f'{end} = "{rule[end]}m"' for end in ("before", "after")]
        lines += [f"{key} = {rule[key]}" for key in ("scope", "scope_below") if key in rule]
        for field, values in rule.get("only", {}).items():
            lines += ["[[rule.only]]", f'field = "{field}"', f"is = {values}"]
        for field, values in rule.get("never", {}).items():
            lines += ["[[rule.never]]", f'field = "{field}"', f"starts_with = {cased(values)}"]
    path.write_text("\n".join(lines).replace("'", '"'))
    return path


def cased(values: list[str]) -> list[str]:
    """Return words as they are written in the logs."""
    return [value.replace("server listening", "Server listening") for value in values]


def documents(served: Served) -> dict[str, dict[str, Any]]:
    """Return every document of the run, by ID, without what depends on receipt."""
    found: dict[str, dict[str, Any]] = {}
    after: list[Any] = []
    while True:
        # Other tests' indices need not have the field.
        order = {"details.ordinal": {"order": "asc", "unmapped_type": "keyword"}}
        page: dict[str, Any] = {"size": 5000, "sort": [order]}
        hits = served.search(page | ({"search_after": after} if after else {}))["hits"]["hits"]
        if not hits:
            return found
        for hit in hits:
            assert hit["_id"] not in found, "stored twice"
            found[hit["_id"]] = without_receipt(hit["_source"])
        after = hits[-1]["sort"]


def test_documents_equal_the_references_after_kills_of_four_workers(
    served: Served, start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    chance, messages, wanted = Random(4), [], {}
    for log in logs(served.run):
        if len(messages) >= EVENTS:
            break
        for name, event in log:
            event["details"]["ordinal"] = f"{len(messages):06}"
            messages.append((name, event))
        wanted.update(expected(log))
    chance.shuffle(messages)
    served.publish(
        [
            Publication(orjson.dumps(event), PlainProperties(message_id=name), EXCHANGE, QUEUE)
            for name, event in messages
        ]
    )
    daemon = start_daemon(
        *served.flags,
        *("--rules", str(rules_file(tmp_path / "rules.toml"))),
        *("--memory", f"sqlite:///{tmp_path}/memory.db"),
        *("--processes", "4", "--prefetch", "500", "--batch-count", "50"),
        *("--days-back", "36500", "--hostname", "localhost"),
    )
    for kill in range(1, KILLS + 1):
        kill_a_child(served, daemon, chance, kill * len(messages) // (KILLS + 2))
    await_condition(lambda: sum(served.depth()) == 0, 200, daemon.log)
    assert daemon.stop() == 0
    found = documents(served)
    wrong = [name for name, document in wanted.items() if found.get(name) != document]
    assert (len(wanted), []) == (len(found), wrong[:5]), f"{len(wrong)} differ"
    happened = daemon.totals()
    assert min(happened["filled"], happened["completed"], happened["taken_back"]) > 0


def kill_a_child(served: Served, daemon: Daemon, chance: Random, settled: int) -> None:
    """Kill one of the workers by SIGKILL when so many messages are settled."""

    def amid() -> bool:
        depth = served.depth()
        return EVENTS - sum(depth) >= settled and depth.unsettled > 0 and bool(daemon.children)

    await_condition(amid, 120, daemon.log)
    os.kill(chance.choice(daemon.children), signal.SIGKILL)
