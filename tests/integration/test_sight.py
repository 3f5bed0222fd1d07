"""Whole workers as they are seen: sockets, top, tap, metrics."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from mqworker.core.sight.metrics import METRICS
from mqworker.sight.client import ask, connected, names
from tests.daemons import Daemon, await_condition
from tests.integration.events import event, message, messages
from tests.integration.pairs import Embedded, Served
from tests.services.program import free_port
from tests.sightseeing import await_served, command, fetch, look, promtool, top

EVENTS = 3000
LIMIT_S = 60.0
Start = Callable[..., Daemon]


def stored(sockets: Path) -> int:
    return sum(state.counts.get("stored", 0) for state in look(sockets, 2))


def test_two_workers_tell_what_they_did(
    watched: Callable[..., Daemon], embedded: Embedded, sockets: Path
) -> None:
    embedded.publish([*messages(embedded.run, EVENTS), message(b"{nonsense")])
    daemon = watched("--processes", "2")
    await_condition(lambda: stored(sockets) == EVENTS, LIMIT_S, daemon.log)
    await_condition(lambda: sum(embedded.depth()) == 0, LIMIT_S, daemon.log)
    seen = look(sockets, 2)

    assert [0, 1] == [state.worker for state in seen]
    assert set(daemon.children) == {state.pid for state in seen}
    assert {daemon.pid} == {state.lead for state in seen}
    assert EVENTS + 1 == sum(state.counts["settled"] for state in seen)
    assert {"decode": 1} == {k: v for state in seen for k, v in state.letters.items()}
    assert EVENTS == sum(state.sizes.total for state in seen)
    assert [(0, None), (0, None)] == [(state.in_flight, state.held_s) for state in seen]
    assert 0 == daemon.stop()
    assert [] == names(sockets)


def test_only_its_user_can_use_the_socket(watched: Callable[..., Daemon], sockets: Path) -> None:
    watched()
    look(sockets, 1)
    (name,) = names(sockets)
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (sockets, sockets / name)]
    assert [0o700, 0o600] == modes


def test_a_killed_worker_shows_in_top_and_makes_the_rest_unready(
    watched: Callable[..., Daemon], sockets: Path
) -> None:
    port = free_port()
    daemon = watched("--processes", "2", "--metrics-listen", f"127.0.0.1:{port}")
    await_served(daemon)
    first = look(sockets, 2)
    assert (200, 200) == (fetch(port, "/live")[0], fetch(port, "/ready")[0])
    os.kill(daemon.pid, signal.SIGSTOP)  # so that nobody takes its place meanwhile
    os.kill(first[1].pid, signal.SIGKILL)
    await_condition(lambda: fetch(port, "/ready")[0] == 503, LIMIT_S, daemon.log)
    status, body = fetch(port, "/ready")
    told = top(sockets)
    os.kill(daemon.pid, signal.SIGCONT)
    second = look(sockets, 2)

    assert (503, {"ready": False, "reasons": ["1 of 2 workers answer"]}) == (
        status,
        orjson.loads(body),
    )
    assert [first[0].pid] == [worker["pid"] for worker in told["workers"]]
    assert (first[0].pid, True) == (second[0].pid, second[1].pid != first[1].pid)
    assert b"\nmqworker_workers 2\n" in fetch(port, "/metrics")[1]
    assert 0 == daemon.stop()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_what_a_worker_exports_is_as_prometheus_wants_it(
    watched: Callable[..., Daemon], embedded: Embedded, sockets: Path, processes: str
) -> None:
    embedded.publish([*messages(embedded.run, 100), message(b"{nonsense")])
    port = free_port()
    daemon = watched("--processes", processes, "--metrics-listen", f"127.0.0.1:{port}")
    await_served(daemon)
    look(sockets, int(processes))

    def all_stored() -> bool:
        found = re.findall(rb"mqworker_events_stored_total{.*} (\d+)", fetch(port, "/metrics")[1])
        return sum(map(int, found)) == 100

    await_condition(all_stored, LIMIT_S, daemon.log)
    await_condition(lambda: b"dead_letter_queue" in fetch(port, "/metrics")[1], 90, daemon.log)
    text = fetch(port, "/metrics")[1].decode()
    judged = promtool("check", "metrics", text=text)
    declared = {metric.name for metric in METRICS}

    assert (0, "") == (judged.returncode, judged.stdout + judged.stderr)
    assert set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)) <= declared
    assert 404 == fetch(port, "/elsewhere")[0]
    assert 0 == daemon.stop()


def test_a_port_that_is_taken_keeps_no_worker_from_working(
    watched: Callable[..., Daemon], embedded: Embedded
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        daemon = watched("--metrics-listen", f"127.0.0.1:{taken.getsockname()[1]}")
        embedded.publish(messages(embedded.run, 10))
        await_condition(lambda: sum(embedded.depth()) == 0, LIMIT_S, daemon.log)
        daemon.await_words("trying again")
    assert 0 == daemon.stop()
    assert 10 == embedded.stored()


def test_a_worker_that_waits_for_its_sink_says_so(
    embedded: Embedded, start_daemon: Start, sockets: Path
) -> None:
    port = free_port()
    sink = f"http://127.0.0.1:{free_port()}"
    flags = ["--broker", embedded.broker, "--sink", sink, "--socket-directory", str(sockets)]
    daemon = start_daemon(*flags, "--metrics-listen", f"127.0.0.1:{port}")
    await_served(daemon)

    def reasons() -> Any:
        return orjson.loads(fetch(port, "/ready")[1])["reasons"]

    await_condition(lambda: "waiting for the sink" in str(reasons()), LIMIT_S, daemon.log)
    assert 200 == fetch(port, "/live")[0]
    assert "starting" in command("top", sockets, "--once").stdout


def test_tap_shows_stored_events_that_have_a_value_without_secrets(
    watched: Callable[..., Daemon], embedded: Embedded, sockets: Path
) -> None:
    watched()
    look(sockets, 1)
    (name,) = names(sockets)
    question = {"ask": "tap", "where": {"details.username": "user7"}}
    answers = ask(sockets, name, question, 30.0)
    next(answers)
    embedded.publish(messages(embedded.run, 100))
    secret = event(embedded.run, 107, summary="mysql --password hunter2")
    embedded.publish([message(orjson.dumps(secret))])
    shown = [next(answers), next(answers)]
    answers.close()

    assert ["7", "107"] == [each["event"]["details"]["eventid"] for each in shown]
    assert "mysql --password ***" == shown[1]["event"]["summary"]
    assert ["stored", "stored"] == [each["status"] for each in shown]


def test_tap_applies_the_rules_of_privacy(
    watched: Callable[..., Daemon], embedded: Embedded, sockets: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "privacy.toml"
    rules.write_text('version = 1\n[[rule]]\naction = "mask"\nfields = ["details.username"]\n')
    daemon = watched("--privacy", str(rules))
    look(sockets, 1)
    (name,) = names(sockets)
    answers = ask(sockets, name, {"ask": "tap"}, 30.0)
    next(answers)
    embedded.publish(messages(embedded.run, 1))
    assert "***" == next(answers)["event"]["details"]["username"], daemon.log.read_text()
    answers.close()


def test_the_command_tap_ends_after_so_many_events(
    watched: Callable[..., Daemon], embedded: Embedded, sockets: Path
) -> None:
    watched()
    look(sockets, 1)
    stop = time.monotonic() + 30

    def publish() -> None:
        while not ended.wait(0.3) and time.monotonic() < stop:
            embedded.publish(messages(embedded.run, 5))

    ended = threading.Event()
    publishing = threading.Thread(target=publish)
    publishing.start()
    try:
        plain = command("tap", sockets, "--limit", "2", "--details")
        told = command("tap", sockets, "--limit", "2", "--json")
    finally:
        ended.set()
        publishing.join()
    assert (0, 0) == (plain.returncode, told.returncode)
    assert 2 == plain.stdout.count("alice logged in")
    assert {"index", "id", "status", "event"} == orjson.loads(told.stdout.splitlines()[0]).keys()


def test_a_tap_that_nobody_reads_does_not_hold_the_worker_up(
    watched: Callable[..., Daemon], embedded: Embedded, sockets: Path
) -> None:
    daemon = watched()
    look(sockets, 1)
    (name,) = names(sockets)
    with connected(sockets, name, 10.0) as silent:
        silent.sendall(b'{"ask": "tap"}\n')
        embedded.publish(messages(embedded.run, EVENTS))
        await_condition(lambda: sum(embedded.depth()) == 0, LIMIT_S, daemon.log)
        (state,) = look(sockets, 1)
        assert (EVENTS, "") == (state.counts["stored"], state.trouble)
    assert 0 == daemon.stop()


@pytest.mark.services
def test_rabbitmq_tells_how_full_its_queues_are(
    served: Served, start_daemon: Start, sockets: Path
) -> None:
    timed = [
        message(orjson.dumps(event(served.run, n)), timestamp=int(time.time()) - 100)
        for n in range(50)
    ]
    served.publish(timed)
    flags = ["--prefetch", "10", "--batch-count", "10", "--socket-directory", str(sockets)]
    start_daemon(*served.flags, *flags)
    look(sockets, 1)

    def measured() -> Any:
        (state,) = look(sockets, 1)
        return state.depths

    depths = await_condition(measured, LIMIT_S)
    await_condition(lambda: measured()["eventtask"].ready == 0, LIMIT_S)
    assert (["eventtask"], 1) == (list(depths), depths["eventtask"].consumers)
