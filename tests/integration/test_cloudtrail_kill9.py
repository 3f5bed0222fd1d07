"""kill -9 in the middle of a log file of 5,000 records: each is one document."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.daemons import Daemon, await_condition
from tests.integration.pairs import Served, search
from tests.integration.trails import record, start_cloudtrail, start_worker
from tests.services.aws import Trail

RECORDS = 5_000
LIMIT_S = 60.0
VISIBILITY = ("--visibility", "10s")


def published(served: Served) -> int:
    """Count the messages that reached the queue; nobody takes any. At first there is none."""
    with suppress(KeyError):
        return sum(served.depth())
    return 0


@pytest.mark.timeout(200)
def test_a_kill_in_the_middle_of_an_object_loses_and_doubles_no_record(
    trail: Trail, served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    sent = [
        record(served.run, f"{served.run}-{number}", requestParameters={f"name{number}": {"x": 7}})
        for number in range(RECORDS)
    ]
    trail.tell(trail.put_records(sent))
    victim = start_cloudtrail(start_daemon, served, trail, *VISIBILITY)
    await_condition(lambda: 0 < published(served) < RECORDS, LIMIT_S, victim.log)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    first = published(served)
    assert 0 < first < RECORDS
    assert (0, 1) == trail.left()

    worker = start_worker(start_daemon, served)
    second = start_cloudtrail(start_daemon, served, trail, *VISIBILITY)
    await_condition(lambda: trail.left() == (0, 0), LIMIT_S, second.log)
    await_condition(lambda: sum(served.depth()) == 0, LIMIT_S, worker.log)

    assert (0, 0) == (second.stop(), worker.stop())
    assert Counter(each["eventID"] for each in sent) == served.census()
    assert 1 == second.totals()["redelivered"]
    assert first == worker.totals()["duplicates"]
    assert [] == served.dead()
    assert [] == [name for name in mapped(served) if "requestparameters." in name]
    asked = {"term": {"details.requestparameters.name4711.x": "7"}}
    mine = {"term": {"details.run": served.run}}
    found = search(served.elasticsearch, "events-*", {"query": {"bool": {"must": [asked, mine]}}})
    assert [f"{served.run}-4711"] == [each["_id"] for each in found["hits"]["hits"]]


def mapped(served: Served) -> set[str]:
    """Return the fields that any index of events has."""
    indices = served.elasticsearch.ask("GET", "/events-*/_mapping").body.values()
    return {name for each in indices for name in each["mappings"]["properties"]}
