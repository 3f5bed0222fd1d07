"""The broker goes away and comes back: what is answered, and how soon."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.daemons import await_condition
from tests.intakes import READY, TAKES, IntakeDaemon, Reply
from tests.proxy import Proxy
from tests.services.rabbitmq import Rabbitmq

StartIntake = Callable[..., IntakeDaemon]
GOOD = b'{"summary":"good"}'
BULK = b'{"index":{"_index":"events","_type":"event"}}\n{"Payload":"a"}\n'
AWAY = "amqp://127.0.0.1:1/"


@pytest.fixture
def broker(rabbitmq: Rabbitmq) -> Iterator[str]:
    with rabbitmq.vhost() as url:
        yield url


def timed(intake: IntakeDaemon, path: str = "/events", body: bytes = GOOD) -> tuple[Reply, float]:
    started = time.monotonic()
    reply = intake.ask("POST", path, body)
    return reply, time.monotonic() - started


def test_while_the_broker_is_away_the_answer_is_503_at_once_and_never_4xx(
    start_intake: StartIntake,
) -> None:
    intake = start_intake("--broker", AWAY)
    intake.await_words(READY)

    for path, body in (("/events", GOOD), ("/nxlog", GOOD), ("/nxlog", b"{"), ("/_bulk", BULK)):
        headers = {"Content-Type": "application/json", "User-Agent": "test/1"}
        started = time.monotonic()
        reply = intake.ask("POST", path, body, headers)
        assert (503, "2") == (reply.status, reply.headers["retry-after"])
        assert 1 > time.monotonic() - started
    assert [200, 503, 200, 503, 200] == [
        intake.ask("GET", path).status
        for path in ("/live", "/ready", "/status", "/_cluster/health", "/")
    ]


def test_hekas_and_rsyslogs_connections_are_closed_without_an_answer(
    start_intake: StartIntake,
) -> None:
    intake = start_intake("--broker", AWAY)
    intake.await_words(READY)
    head = f"POST /_bulk HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BULK)}\r\n"

    assert b"" == intake.raw(head.encode() + b"Accept: application/json\r\n\r\n" + BULK)
    kind = b"Content-Type: application/json; charset=utf-8\r\nConnection: close\r\n"
    kind += b"Accept: */*\r\n"
    assert b"" == intake.raw(head.encode() + kind + b"\r\n" + BULK)
    assert b"503" in intake.raw(head.encode() + kind + b"User-Agent: test/1\r\n\r\n" + BULK)
    assert 'route="/_bulk",code="0"} 2' in intake.ask("GET", "/metrics").body.decode()


def test_it_takes_events_again_when_the_broker_is_back(
    start_intake: StartIntake, rabbitmq: Rabbitmq, broker: str
) -> None:
    intake = start_intake("--broker", broker)
    intake.await_words(TAKES)
    assert 200 == timed(intake)[0].status

    rabbitmq.kill()
    reply, took_s = timed(intake)
    assert (503, True) == (reply.status, took_s < 3)
    assert (503, True) == ((again := timed(intake))[0].status, again[1] < 0.5)
    rabbitmq.start()

    await_condition(lambda: timed(intake)[0].status == 200, 30)
    assert 200 == intake.ask("GET", "/ready").status


def test_a_broker_that_falls_silent_costs_the_confirm_timeout_and_no_more(
    start_intake: StartIntake, rabbitmq: Rabbitmq, broker: str
) -> None:
    with Proxy(rabbitmq.host, rabbitmq.port) as proxy:
        url = broker.replace(f":{rabbitmq.port}/", f":{proxy.port}/")
        intake = start_intake("--broker", url, "--confirm-timeout", "2s")
        intake.await_words(TAKES)
        assert 200 == timed(intake)[0].status
        proxy.silence()

        reply, took_s = timed(intake)

        assert 503 == reply.status
        assert 1.5 < took_s < 6
        proxy.resume()
        await_condition(lambda: timed(intake)[0].status == 200, 30)


def test_it_comes_to_an_end_in_good_order_with_requests_in_hand(
    start_intake: StartIntake, rabbitmq: Rabbitmq, broker: str
) -> None:
    intake = start_intake("--broker", broker)
    intake.await_words(TAKES)
    unfinished = f"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: {len(GOOD)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", intake.port), timeout=20) as connection:
        connection.sendall(unfinished.encode() + GOOD[:5])
        time.sleep(0.3)
        intake.send(15)
        time.sleep(0.3)
        connection.sendall(GOOD[5:])
        answer = connection.recv(10_000)

    assert answer.startswith(b"HTTP/1.1 200")
    assert 0 == intake.wait()
    assert 1 == rabbitmq.depth("eventtask", broker).ready
