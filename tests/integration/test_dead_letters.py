"""Dead letters of whole workers: the original, its reason, and a replay that doubles nothing."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from mqworker.core.message import Publication
from tests.daemons import Daemon, await_condition
from tests.integration.events import event, message
from tests.integration.pairs import EXCHANGE, QUEUE, Letter, Served

LIMIT_S = 60.0
TOO_LONG = {"hostname": "h" * 300}


@pytest.fixture
def conflict(served: Served) -> Iterator[str]:
    """A day of whose index `details.level` is a number; ISO 8601."""
    for back in random.Random(served.run).sample(range(20, 80), 60):
        day = datetime.now(UTC) - timedelta(days=back)
        index = f"/events-{day:%Y%m%d}"
        level = {"mappings": {"properties": {"details.level": {"type": "long"}}}}
        if served.elasticsearch.ask("PUT", index, level).status == 200:
            break
    yield day.isoformat()
    served.elasticsearch.ask("DELETE", index)


def conflicting(run: str, number: int, day: str) -> dict[str, Any]:
    """Return an event that Elasticsearch refuses."""
    made = event(run, number, timestamp=day)
    made["details"]["level"] = "high"
    return made


def await_dead(served: Served, daemon: Daemon, count: int) -> list[Letter]:
    """Wait until everything is settled; take the dead letters."""
    await_condition(lambda: sum(served.depth()) == 0, LIMIT_S, daemon.log)
    letters = served.dead(take=True)
    assert count == len(letters)
    return letters


def headers_of(letter: Letter) -> dict[str, Any]:
    """Return what we added to the headers, without the prefix that all of it has."""
    return {name.removeprefix("x-mqworker-"): value for name, value in letter.headers.items()}


def test_a_bad_message_of_each_stage_is_kept_as_it_was_with_its_reason(
    served: Served, start_daemon: Callable[..., Daemon], conflict: str
) -> None:
    bad = {
        b'{"summary": "cut o': {"stage": "decode", "pointer": ""},
        gzip.compress(b"{}")[:-4]: {"stage": "decode", "pointer": ""},
        orjson.dumps(event(served.run, 1, **TOO_LONG), option=orjson.OPT_INDENT_2): {
            "stage": "validate",
            "pointer": "/hostname",
            "keyword": "maxLength",
            "schema": "authentication",
        },
        orjson.dumps(conflicting(served.run, 2, conflict)) + b"\n": {"stage": "write"},
    }
    gzipped = [{"content_encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {} for body in bad]
    served.publish([message(body, **more) for body, more in zip(bad, gzipped, strict=True)])
    served.publish([message(orjson.dumps(event(served.run, 0)), message_id="good")])
    began = datetime.now(UTC)
    daemon = start_daemon(*served.flags)
    letters = {letter.body: headers_of(letter) for letter in await_dead(served, daemon, len(bad))}

    assert bad.keys() == letters.keys()
    for body, told in letters.items():
        assert bad[body] == {name: told[name] for name in bad[body]}
        assert (1, QUEUE, EXCHANGE, QUEUE) == (
            told["count"],
            told["queue"],
            told["exchange"],
            told["routing-key"],
        )
        assert began < datetime.fromisoformat(told["received"]) < datetime.now(UTC)
        assert 32 == len(told["identity"])
    (refused,) = [told["reason"] for told in letters.values() if told["stage"] == "write"]
    assert "400 document_parsing_exception" in refused
    assert "details.level" in refused
    assert {"0": 1} == served.census()
    assert 0 == daemon.stop()


@pytest.mark.parametrize("identity", [{}, {"message_id": "several-of-one"}])
def test_a_replay_of_a_message_of_several_events_stores_what_failed_and_doubles_nothing(
    served: Served, start_daemon: Callable[..., Daemon], conflict: str, identity: dict[str, str]
) -> None:
    def replay(letter: Letter) -> Letter:
        served.publish([Publication(letter.body, letter.properties, EXCHANGE, QUEUE)])
        (again,) = await_dead(served, daemon, 1)
        return again

    several = [
        event(served.run, 0),
        event(served.run, 1, **TOO_LONG),
        event(served.run, 2),
        conflicting(served.run, 3, conflict),
    ]
    served.publish([message(orjson.dumps(several), **identity)])
    daemon = start_daemon(*served.flags)

    (first,) = await_dead(served, daemon, 1)
    assert "1,3" == headers_of(first)["positions"]
    stages = [each["x-mqworker-stage"] for each in headers_of(first)["failures"]]
    assert ["validate", "write"] == stages
    assert {"0": 1, "2": 1} == served.census()

    second = replay(first)
    assert ("1,3", 2) == (headers_of(second)["positions"], headers_of(second)["count"])
    assert {"0": 1, "2": 1} == served.census()

    served.elasticsearch.ask("DELETE", f"/events-{datetime.fromisoformat(conflict):%Y%m%d}")
    third = replay(second)
    assert ("1", 3) == (headers_of(third)["positions"], headers_of(third)["count"])
    assert {"0": 1, "2": 1, "3": 1} == served.census()

    del first.headers["x-mqworker-positions"]
    fourth = replay(first)
    assert "1" == headers_of(fourth)["positions"]
    assert {"0": 1, "2": 1, "3": 1} == served.census()

    identities = {headers_of(letter)["identity"] for letter in (first, second, third, fourth)}
    assert 1 == len(identities)
    assert 0 == daemon.stop()
    assert 3 == daemon.totals()["duplicates"]
    assert 3 == daemon.totals()["stored"]


def test_a_message_with_the_largest_headers_is_no_obstacle_to_other_dead_letters(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    bodies = [b"bad %d" % number for number in range(30)]
    large = {"kept": 1, "large": "x" * 130_900}
    served.publish([message(bodies[0], headers=large), *map(message, bodies[1:])])
    daemon = start_daemon(*served.flags, "--brake-ratio", "0")
    letters = {letter.body: letter.headers for letter in await_dead(served, daemon, len(bodies))}

    assert set(bodies) == letters.keys()
    assert 1 == letters[bodies[0]]["kept"]
    assert ["large"] == letters[bodies[0]]["x-mqworker-left-out"]
    assert 0 == daemon.stop()
