"""What systemd hears of a worker, over a real NOTIFY_SOCKET: start, pings, rates, reload, end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mqworker.publishers.rabbitmq import RabbitmqPublisher
from tests.daemons import Daemon, await_condition
from tests.integration.events import messages
from tests.integration.pairs import Embedded, Served
from tests.notified import NotifySocket
from tests.proxy import Proxy
from tests.stubs.scripted import Drip, Reply, Request, json_answer, scripted

WATCHDOG_S = 2.0
LIMIT_S = 30.0
NOBODY = "127.0.0.1:1"


@pytest.fixture
def systemd() -> Iterator[NotifySocket]:
    with NotifySocket() as heard:
        yield heard


@pytest.fixture
def embedded(tmp_path: Path) -> Embedded:
    return Embedded(tmp_path, "any")


StartDaemon = Callable[..., Daemon]


@pytest.mark.parametrize("abstract", [False, True])
def test_a_worker_tells_systemd_of_its_life(
    embedded: Embedded, start_daemon: StartDaemon, tmp_path: Path, *, abstract: bool
) -> None:
    with NotifySocket(None if abstract else tmp_path / "notify") as systemd:
        daemon = start_daemon(*embedded.flags, env=systemd.environ(WATCHDOG_S))
        systemd.await_value("READY")
        embedded.publish(messages("any", 2000))
        systemd.await_value("STATUS", "received")
        daemon.send(signal.SIGHUP)
        systemd.await_value("RELOADING")
        systemd.await_value("STATUS", "reloaded schemas and configuration")
        assert 0 == daemon.stop()
        systemd.await_value("STOPPING")

    names = [next(iter(each.assignments)) for each in systemd.said]
    assert "EXTEND_TIMEOUT_USEC" == names[0]
    assert ["READY", "RELOADING", "READY", "STOPPING"] == [
        name for name in names if name in ("READY", "RELOADING", "STOPPING")
    ]
    assert names.index("READY") < names.index("WATCHDOG")
    assert {daemon.pid} == {each.pid for each in systemd.said}
    reload = next(each for each in systemd.said if "RELOADING" in each.assignments)
    told_at = int(reload.assignments["MONOTONIC_USEC"]) / 1e6
    assert told_at == pytest.approx(reload.at, abs=1.0)


def test_an_idle_worker_pings_as_often_as_it_must(
    embedded: Embedded, start_daemon: StartDaemon, systemd: NotifySocket
) -> None:
    start_daemon(*embedded.flags, env=systemd.environ(WATCHDOG_S))
    systemd.await_value("READY")
    time.sleep(2 * WATCHDOG_S)

    pings = [each.at for each in systemd.said if "WATCHDOG" in each.assignments]
    assert max(b - a for a, b in pairwise(pings)) < WATCHDOG_S / 2
    assert systemd.silent_s() < WATCHDOG_S / 2
    systemd.await_value("STATUS", "received 0/s, stored 0/s; 0 in flight")


@pytest.mark.parametrize("absent", ["broker", "sink"])
def test_a_worker_is_not_ready_before_the_services_are(
    served: Served, start_daemon: StartDaemon, systemd: NotifySocket, absent: str
) -> None:
    scheme = urlsplit(getattr(served, absent)).scheme
    setattr(served, absent, f"{scheme}://{NOBODY}")
    start_daemon(*served.flags, env=systemd.environ(WATCHDOG_S))
    systemd.await_value("STATUS", f"waiting for the {absent}")
    time.sleep(2.5)  # the second attempt

    assert [] == systemd.values("READY")
    assert systemd.silent_s("EXTEND_TIMEOUT_USEC") < 3


def test_a_stopped_worker_pings_no_more(
    embedded: Embedded, start_daemon: StartDaemon, systemd: NotifySocket
) -> None:
    daemon = start_daemon(*embedded.flags, env=systemd.environ(WATCHDOG_S))
    systemd.await_value("WATCHDOG")
    daemon.send(signal.SIGSTOP)
    time.sleep(1.5 * WATCHDOG_S)
    assert systemd.silent_s() > WATCHDOG_S

    daemon.send(signal.SIGCONT)
    await_condition(lambda: systemd.silent_s() < WATCHDOG_S / 2, LIMIT_S)


def test_a_worker_that_the_watchdog_ends_says_what_it_was_at(
    embedded: Embedded, start_daemon: StartDaemon, systemd: NotifySocket
) -> None:
    daemon = start_daemon(*embedded.flags, env=systemd.environ(WATCHDOG_S))
    systemd.await_value("READY")
    daemon.send(signal.SIGABRT)

    assert -signal.SIGABRT == daemon.wait()
    told = daemon.log.read_text()
    assert "Fatal Python error: Aborted" in told
    assert "in turn" in told


def test_a_supervisor_is_ready_with_its_last_worker_and_tells_of_all(
    embedded: Embedded, start_daemon: StartDaemon, systemd: NotifySocket
) -> None:
    daemon = start_daemon(*embedded.flags, "--processes", "2", env=systemd.environ(WATCHDOG_S))
    systemd.await_value("READY")
    assert 2 == len(daemon.said("memory ready"))
    systemd.await_value("STATUS", "2 of 2 workers ready; received")
    daemon.send(signal.SIGHUP)
    systemd.await_value("RELOADING")
    await_condition(lambda: len(systemd.values("READY")) == 2, LIMIT_S)
    assert 2 == len(daemon.said("reloaded"))

    assert 0 == daemon.stop()
    systemd.await_value("STOPPING")
    assert {daemon.pid} == {each.pid for each in systemd.said}


def test_a_supervisor_with_a_stopped_worker_pings_no_more_with_a_dead_one_it_does(
    embedded: Embedded, start_daemon: StartDaemon, systemd: NotifySocket
) -> None:
    daemon = start_daemon(*embedded.flags, "--processes", "2", env=systemd.environ(WATCHDOG_S))
    systemd.await_value("WATCHDOG")
    systemd.await_value("READY")
    os.kill(daemon.children[0], signal.SIGKILL)
    until = time.monotonic() + 2 * WATCHDOG_S
    while time.monotonic() < until:
        assert systemd.silent_s() < WATCHDOG_S
        time.sleep(0.1)

    await_condition(lambda: len(daemon.children) == 2, LIMIT_S)
    stopped = daemon.children[1]
    os.kill(stopped, signal.SIGSTOP)
    await_condition(lambda: systemd.silent_s() > WATCHDOG_S, LIMIT_S)
    systemd.await_value("STATUS", f"stuck: pid {stopped}")
    assert daemon.running
    assert daemon.said("gives no sign of progress") == [daemon.pid]


def answering(bulk: Reply) -> Callable[[Request], Reply]:
    """Answer what the start asks as Elasticsearch does, and a bulk request like this."""

    def reply(request: Request) -> Reply:
        if request.path.startswith("/_bulk"):
            return bulk
        if request.path == "/":
            return json_answer({"version": {"number": "9.0.0", "build_flavor": "default"}})
        template = {"index_templates": [{"index_template": {"version": 99}}]}
        return json_answer(template if "_index_template" in request.path else {})

    return reply


BUSY = json_answer({"error": {"type": "es_rejected_execution_exception"}}, 429)


def test_only_a_sink_that_does_not_answer_within_its_limits_ends_the_pings(
    served: Served, start_daemon: StartDaemon
) -> None:
    where = urlsplit(served.elasticsearch.url)
    with (
        Proxy(where.hostname or "", where.port or 0) as proxy,
        scripted(answering(Drip())) as dripping,
        scripted(answering(BUSY)) as busy,
        NotifySocket() as to_silent,
        NotifySocket() as to_dripping,
        NotifySocket() as to_busy,
    ):
        sinks = {
            "silent": (f"http://127.0.0.1:{proxy.port}", to_silent),
            "dripping": (dripping.url, to_dripping),
            "busy": (busy.url, to_busy),
        }
        daemons = {}
        for name, (sink, systemd) in sinks.items():
            flags = ["--queue", name, "--broker", served.broker, "--sink", sink, "--exchange", name]
            flags += ["--sink-timeout", "1s", "--retry-max", "1s"]
            flags += ["--processes", "2" if name == "silent" else "1"]
            daemons[name] = start_daemon(*flags, env=systemd.environ(WATCHDOG_S))
            systemd.await_value("READY")
        proxy.silence()
        for name in sinks:
            publish(served, name)
        began = time.monotonic()
        for name in ("silent", "dripping"):
            pings = sinks[name][1]
            await_condition(
                lambda pings=pings: pings.silent_s() > WATCHDOG_S, LIMIT_S, daemons[name].log
            )
            assert 15 < time.monotonic() - began < 25
        to_silent.await_value("STATUS", "2 of 2 workers ready; stuck: pid ")
        assert daemons["silent"].said("stuck: ")
        to_dripping.await_value("STATUS", "stuck: bulk: no answer for")
        assert to_busy.silent_s() < WATCHDOG_S
        pings = [each.at for each in to_busy.said if "WATCHDOG" in each.assignments]
        assert max(b - a for a, b in pairwise(pings)) < WATCHDOG_S
        assert not daemons["busy"].said("stuck")
        assert len([each for each in busy.requests if each.path.startswith("/_bulk")]) > 10

        proxy.resume()
        await_condition(lambda: to_silent.silent_s() < WATCHDOG_S / 2, LIMIT_S)
        assert daemons["silent"].said("no longer stuck")
        for daemon in daemons.values():
            daemon.discard()


def publish(served: Served, queue: str) -> None:
    """Publish to the queue of one worker."""
    options = served.options(queue, queue)
    with closing(RabbitmqPublisher(options, options.topology)) as publisher:
        made = messages(served.run, 100)
        publisher.publish([each._replace(exchange=queue, routing_key=queue) for each in made])
