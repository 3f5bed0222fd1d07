"""Signals to a whole worker: how it ends, and what it takes up while it runs."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from tests.daemons import Daemon, await_condition
from tests.integration.events import event, message, messages
from tests.integration.pairs import Found, Pair, Served
from tests.proxy import Proxy

LIMIT_S = 60.0
MANY, FEW = 20_000, 1000
NOBODY = "127.0.0.1:1"  # where connections are refused


def test_a_stop_in_mid_stream_settles_what_was_taken_and_takes_no_more(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    pair.publish(messages(pair.run, MANY))
    daemon = start_daemon(*pair.flags)
    await_condition(lambda: MANY * 0.1 < MANY - sum(pair.depth()), LIMIT_S, daemon.log)

    assert 0 == daemon.stop()
    # What was handed over and not taken comes back a moment after the end.
    await_condition(lambda: pair.depth()[1] == 0, LIMIT_S, daemon.log)
    ready, _ = pair.depth()
    assert 0 < ready == MANY - pair.stored()
    assert daemon.totals()["settled"] == daemon.totals()["received"] == MANY - ready

    rest = start_daemon(*pair.flags)
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, rest.log)
    assert 0 == rest.stop()
    assert Counter(str(n) for n in range(MANY)) == pair.census()
    assert rest.totals()["duplicates"] == 0


@pytest.fixture
def silenced(served: Served) -> Iterator[Callable[[Daemon], Proxy]]:
    """Make a worker's Elasticsearch keep silent, and hand it messages."""
    where = urlsplit(served.elasticsearch.url)
    with Proxy(where.hostname or "", where.port or 0) as proxy:
        served.sink = f"http://127.0.0.1:{proxy.port}"

        def silence(daemon: Daemon) -> Proxy:
            daemon.await_words("role=consume")
            proxy.silence()
            served.publish(messages(served.run, FEW))
            await_condition(lambda: served.depth() == Found(0, FEW), LIMIT_S, daemon.log)
            return proxy

        yield silence


def test_a_sink_that_hangs_ends_the_drain_with_status_75_and_all_goes_back(
    served: Served, start_daemon: Callable[..., Daemon], silenced: Callable[[Daemon], Proxy]
) -> None:
    daemon = start_daemon(*served.flags, "--drain", "2s")
    proxy = silenced(daemon)
    began = time.monotonic()

    assert 75 == daemon.stop()
    assert 2 < time.monotonic() - began < 8
    assert Found(FEW, 0) == served.depth()
    assert daemon.said("unsettled messages; the broker delivers them again")

    proxy.resume()  # the bulks that hung arrive now, when nobody waits for them any more
    rest = start_daemon(*served.flags)
    await_condition(lambda: sum(served.depth()) == 0, LIMIT_S, rest.log)
    assert 0 == rest.stop()
    assert FEW == rest.totals()["redelivered"]
    assert Counter(str(n) for n in range(FEW)) == served.census()


def test_a_second_signal_ends_the_drain_at_once(
    served: Served, start_daemon: Callable[..., Daemon], silenced: Callable[[Daemon], Proxy]
) -> None:
    daemon = start_daemon(*served.flags, "--drain", "100s")
    silenced(daemon)
    daemon.send(signal.SIGTERM)
    daemon.await_words("stopping")
    time.sleep(1)
    assert daemon.running
    began = time.monotonic()

    assert 75 == daemon.stop()
    assert time.monotonic() - began < 6
    assert Found(FEW, 0) == served.depth()


@pytest.mark.parametrize(
    ("absent", "words", "number"),
    [
        ({"sink": f"http://{NOBODY}"}, "sink not there yet", signal.SIGINT),
        ({"broker": f"amqp://{NOBODY}"}, "broker lost", signal.SIGTERM),
    ],
)
def test_a_worker_that_waits_for_a_service_can_be_stopped(
    served: Served,
    start_daemon: Callable[..., Daemon],
    absent: dict[str, str],
    words: str,
    number: int,
) -> None:
    for name, url in absent.items():
        setattr(served, name, url)
    daemon = start_daemon(*served.flags)
    daemon.await_words(words)
    time.sleep(1)
    assert daemon.running
    began = time.monotonic()
    daemon.send(number)

    assert 0 == daemon.wait()
    assert time.monotonic() - began < 8


def ticket_schema(**changes: Any) -> str:
    """Return a schema that wants a ticket in events of the category `change`."""
    return json.dumps(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Change",
            "allOf": [{"$ref": "event.json"}],
            "properties": {"details": {"required": ["ticket"]}},
            "x-categories": ["change"],
            **changes,
        }
    )


def test_a_reload_takes_new_schemas_and_keeps_the_old_ones_where_the_new_are_bad(
    served: Served, start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    daemon = start_daemon(*served.flags, "--schemas", str(schemas), "--brake-ratio", "0")
    daemon.await_words("role=consume")
    numbers = iter(range(100))

    def is_stored(**details: str) -> bool:
        """Publish a change and tell what becomes of it: a document, or a dead letter."""
        made = event(served.run, next(numbers), category="change")
        made["details"] |= details
        stored, dead = served.stored(), served.dead_count()
        served.publish([message(orjson.dumps(made))])
        await_condition(
            lambda: served.stored() + served.dead_count() > stored + dead, LIMIT_S, daemon.log
        )
        return served.stored() > stored

    assert is_stored()

    (schemas / "change.json").write_text(ticket_schema())
    daemon.send(signal.SIGHUP)
    daemon.await_words("reloaded schemas and configuration")
    assert not is_stored()
    assert is_stored(ticket="OPS-1")

    (schemas / "change.json").write_text(ticket_schema(required="summary"))
    daemon.send(signal.SIGHUP)
    daemon.await_words("reload refused, the old configuration stays")
    assert [line for line in daemon.lines if "reload refused" in line and "change.json" in line]
    assert not is_stored()
    assert is_stored(ticket="OPS-2")

    (schemas / "change.json").unlink()
    daemon.send(signal.SIGHUP)
    daemon.await_words("reloaded schemas and configuration", times=2)
    assert is_stored()
    assert {daemon.pid} == set(daemon.said(""))
    assert 0 == daemon.stop()
