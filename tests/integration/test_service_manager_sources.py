"""What systemd hears of `mqworker intake` and `mqworker cloudtrail`, over a real NOTIFY_SOCKET."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.daemons import Daemon, await_condition
from tests.intakes import IntakeDaemon
from tests.integration.pairs import Embedded
from tests.integration.trails import record, start_cloudtrail
from tests.notified import NotifySocket
from tests.proxy import Proxy
from tests.services.aws import Trail
from tests.services.rabbitmq import Rabbitmq

WATCHDOG_S = 2.0
LIMIT_S = 30.0
NOBODY = "amqp://127.0.0.1:1/"
GOOD = b'{"summary":"good"}'

Start = Callable[..., Daemon]


@pytest.fixture
def systemd() -> Iterator[NotifySocket]:
    with NotifySocket() as heard:
        yield heard


@pytest.fixture(params=["intake", "cloudtrail"])
def start(request: pytest.FixtureRequest, tmp_path: Path, systemd: NotifySocket) -> Iterator[Start]:
    """Start one or the other with a broker, the embedded one unless told."""
    started: list[Daemon] = []
    start_daemon = request.getfixturevalue("start_daemon")

    def start(broker: str = "", *flags: str) -> Daemon:
        pair = Embedded(tmp_path, "any")
        pair.broker = broker or pair.broker
        env = systemd.environ(WATCHDOG_S)
        if request.param == "cloudtrail":
            trail = request.getfixturevalue("trail")
            return start_cloudtrail(start_daemon, pair, trail, *flags, **env)
        where = ["--listen", "127.0.0.1:0", "--broker", pair.broker]
        started.append(IntakeDaemon(tmp_path / "intake.log", *where, *flags, env=env))
        return started[-1]

    yield start
    for daemon in started:
        daemon.discard()


def test_it_tells_systemd_of_its_life(start: Start, systemd: NotifySocket) -> None:
    daemon = start()
    systemd.await_value("READY")
    systemd.await_value("WATCHDOG")
    daemon.send(signal.SIGHUP)
    systemd.await_value("RELOADING")
    systemd.await_value("STATUS", "reloaded")
    assert 0 == daemon.stop()
    systemd.await_value("STOPPING")

    names = [next(iter(each.assignments)) for each in systemd.said]
    assert "EXTEND_TIMEOUT_USEC" == names[0]
    assert ["READY", "RELOADING", "READY", "STOPPING"] == [
        name for name in names if name in ("READY", "RELOADING", "STOPPING")
    ]
    assert {daemon.pid} == {each.pid for each in systemd.said}


def test_an_idle_one_pings_as_often_as_it_must_and_a_stopped_one_does_not(
    start: Start, systemd: NotifySocket
) -> None:
    daemon = start()
    systemd.await_value("READY")
    time.sleep(2.5 * WATCHDOG_S)

    pings = [each.at for each in systemd.said if "WATCHDOG" in each.assignments]
    assert len(pings) > 5
    assert max(b - a for a, b in pairwise(pings)) < WATCHDOG_S / 2
    systemd.await_value("STATUS", "published 0/s; 0 in flight")
    daemon.send(signal.SIGSTOP)
    time.sleep(1.5 * WATCHDOG_S)
    assert systemd.silent_s() > WATCHDOG_S

    daemon.send(signal.SIGCONT)
    await_condition(lambda: systemd.silent_s() < WATCHDOG_S / 2, LIMIT_S)


def test_it_is_not_ready_before_the_broker_is(start: Start, systemd: NotifySocket) -> None:
    daemon = start(NOBODY)
    systemd.await_value("STATUS", "waiting for the broker")
    daemon.send(signal.SIGHUP)
    systemd.await_value("STATUS", "reloaded")
    time.sleep(2)

    assert [] == systemd.values("READY")
    assert systemd.silent_s("EXTEND_TIMEOUT_USEC") < WATCHDOG_S


def test_the_intakes_pings_end_with_a_silent_broker_and_not_with_one_that_refuses(
    rabbitmq: Rabbitmq, tmp_path: Path
) -> None:
    with (
        rabbitmq.vhost() as url,
        Proxy(rabbitmq.host, rabbitmq.port) as quiet,
        Proxy(rabbitmq.host, rabbitmq.port) as refusing,
        NotifySocket() as to_quiet,
        NotifySocket() as to_refusing,
    ):
        intakes = []
        for proxy, systemd in ((quiet, to_quiet), (refusing, to_refusing)):
            broker = url.replace(f":{rabbitmq.port}/", f":{proxy.port}/")
            log = tmp_path / f"{proxy.port}.log"
            flags = ["--listen", "127.0.0.1:0", "--broker", broker, "--confirm-timeout", "1s"]
            intakes.append(IntakeDaemon(log, *flags, env=systemd.environ(WATCHDOG_S)))
        try:
            for intake, systemd in zip(intakes, (to_quiet, to_refusing), strict=True):
                systemd.await_value("READY")
                assert 200 == intake.ask("POST", "/events", GOOD).status
            to_quiet.await_value("STATUS", "published 0.")
            quiet.silence()
            refusing.refuse()
            began = time.monotonic()
            assert [503, 503] == [each.ask("POST", "/events", GOOD).status for each in intakes]
            await_condition(lambda: to_quiet.silent_s() > WATCHDOG_S, LIMIT_S, intakes[0].log)
            assert 15 < time.monotonic() - began < 25
            to_quiet.await_value("STATUS", "the broker is away; stuck: broker: no answer for")
            assert to_refusing.silent_s() < WATCHDOG_S
            assert "stuck" not in intakes[1].log.read_text()

            quiet.resume()
            await_condition(lambda: to_quiet.silent_s() < WATCHDOG_S / 2, LIMIT_S)
            assert "no longer stuck" in intakes[0].log.read_text()
        finally:
            for intake in intakes:
                intake.discard()


def test_several_that_read_cloudtrail_are_spoken_for_by_their_supervisor(
    trail: Trail, embedded: Embedded, start_daemon: Start, systemd: NotifySocket
) -> None:
    daemon = start_cloudtrail(
        start_daemon, embedded, trail, "--processes", "2", **systemd.environ(WATCHDOG_S)
    )
    systemd.await_value("READY")
    trail.tell(trail.put_records([record() for _ in range(20)]))
    systemd.await_value("STATUS", "2 of 2 workers ready; received 0.")
    assert 0 == daemon.stop()
    assert {daemon.pid} == {each.pid for each in systemd.said}
