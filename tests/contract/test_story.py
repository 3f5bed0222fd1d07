"""A story is the same from every store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mqworker.core.story import as_object
from mqworker.core.trail import Bounds, trace
from tests.contract.sink_adapters import ADAPTERS, SERVICES, Bench
from tests.stories import ADDRESS, NOON, RULES, SESSION, documents, event, ssh, stored, told, web

EVENTS = [
    *web(),
    *web(9, number="c2", sessionid="b" * 16, username="alice"),
    *ssh(20),
    event(21.5, "sshd", "Invalid user", username="root", pid=42),
    *ssh(4000, "203.0.113.7", "root"),
    event(30, "/usr/sbin/cron", "a job of mallory"),
]


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.services if name in SERVICES else ())
        for name in ADAPTERS
    ]
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with ADAPTERS[request.param](request) as bench:
        assert {"stored"} == {
            outcome.status for outcome in bench.store.write(documents(EVENTS, bench.prefix))
        }
        bench.refresh()
        yield bench


def from_store(bench: Bench, value: str, **bounds: Any) -> dict[str, Any]:
    story = as_object(trace(bench.store.find, value, RULES, Bounds(**bounds)))
    for one in story["events"]:
        one["index"] = one["index"].replace(bench.prefix, "events")
    return story


@pytest.mark.parametrize("value", [ADDRESS, SESSION, "mallory", "alice", "root", "m:2", "nobody"])
def test_a_story_is_the_same_from_every_store(bench: Bench, value: str) -> None:
    assert as_object(told(stored(*EVENTS), value)) == from_store(bench, value)


def test_a_story_within_bounds_is_the_same_from_every_store(bench: Bench) -> None:
    bounds = {"since": NOON, "until": NOON.replace(minute=1), "limit": 4}

    assert as_object(told(stored(*EVENTS), ADDRESS, **bounds)) == from_store(
        bench, ADDRESS, **bounds
    )
