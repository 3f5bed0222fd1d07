import json
import time

import pytest

from mqworker.client import Counts
from tests.daemons import await_condition
from tests.stubs.scripted import Answer, Hang, bulk_created, json_answer, scripted
from tests.unit.client.sending import LIMIT_S, came, identities, spooled


@pytest.mark.parametrize("spool", [True, False])
def test_events_are_sent_at_once_and_leave_nothing_behind(client, tmp_path, spool):
    with scripted() as server:
        sender = client(server.url, spool=spool)
        ids = {sender.send(str(number)) for number in range(100)}
        assert sender.flush(LIMIT_S)
        sender.close()
    assert [str(number) for number in range(100)] == came(server)
    assert ids == identities(server)
    assert Counts(taken=100, sent=100) == sender.counts
    assert [] == list((tmp_path / "spool").glob("*"))


def test_an_application_chooses_an_events_identity(client):
    with scripted() as server:
        sender = client(server.url)
        assert "mine" == sender.send_event({"summary": "hello"}, "mine")
        sender.flush(LIMIT_S)
    assert {"mine"} == identities(server)


def test_what_is_sent_while_the_intake_is_away_is_on_disk_and_comes_later(client):
    with scripted() as server:
        server.script += [Answer(503), Answer(401), Answer(200, b"<html>")]
        sender = client(server.url)
        ids = {sender.send(str(number)) for number in range(10)}
        await_condition(lambda: not sender.waiting.held and spooled(sender), LIMIT_S)
        assert sender.flush(LIMIT_S)
    assert (ids, {*map(str, range(10))}) == (identities(server), {*came(server)})
    assert (10, 0) == (sender.counts.sent, sender.counts.dropped)
    assert "mqworker.client: not sent yet: 503: {}" == client.said[0]


def test_only_the_items_that_failed_are_sent_again(client):
    seen = set()

    def busy(request):
        names = [json.loads(line)["summary"] for line in request.body.splitlines()[1::2]]
        first = {"1": 429, "2": 400}
        statuses = [201 if name in seen else first.get(name, 201) for name in names]
        seen.update(names)
        return json_answer({"items": [{"create": {"status": each}} for each in statuses]})

    with scripted(busy) as server:
        sender = client(server.url)
        for number in range(4):
            sender.send(str(number))
        assert sender.flush(LIMIT_S)
    assert ["0", "1", "1", "2", "3"] == sorted(came(server))
    assert Counts(taken=4, sent=3, refused=1) == sender.counts
    (kept,) = (client.path / "spool" / "refused.ndjson").read_text().splitlines()
    assert "2" == json.loads(kept)["event"]["summary"]


def test_an_intake_that_hangs_delays_neither_the_application_nor_the_disk(client):
    with scripted(Hang()) as server:
        sender = client(server.url, timeout_s=30.0, exit_s=0.2)
        sender.send("first")
        await_condition(lambda: server.requests, LIMIT_S)
        started = time.monotonic()
        for number in range(1000):
            sender.send(str(number))
        assert time.monotonic() - started < 2
        await_condition(lambda: not sender.waiting.held, LIMIT_S)
        assert spooled(sender) > 1000 * 100


@pytest.mark.parametrize("spool", [True, False])
def test_what_neither_disk_nor_memory_holds_is_dropped_counted_and_said(client, spool):
    with scripted(Answer(503)) as server:
        sender = client(server.url, spool=spool, spool_bytes=2000, memory_events=20)
        results = [sender.send(str(number)) for number in range(200)]
        dropped = results.count(None)
        assert dropped > 100
        assert (200 - dropped, dropped) == (sender.counts.taken, sender.counts.dropped)
        assert any("1 events dropped: memory is full: 20 events" in each for each in client.said)
        server.otherwise = bulk_created
        assert sender.flush(LIMIT_S)
        await_condition(lambda: sender.flush(1) and "were dropped" in came(server)[-1], LIMIT_S)
    assert {str(number) for number, each in enumerate(results) if each} < {*came(server)}
    assert f"{dropped} events of" in came(server)[-1]


@pytest.mark.parametrize("obstacle", ["file", "missing"])
def test_a_spool_that_can_not_be_written_is_said_and_memory_does_instead(client, obstacle):
    spool = client.path / "file"
    spool.touch()
    if obstacle == "missing":
        spool = "/proc/nowhere/spool"
    with scripted() as server:
        sender = client(server.url, spool=spool)
        sender.send("hello")
        assert sender.flush(LIMIT_S)
    assert ["hello"] == came(server)
    assert "kept in memory" in client.said[0]


def test_a_spool_that_can_be_written_again_is_used_again(client):
    spool = client.path / "spool"
    spool.touch()
    with scripted(Answer(503)) as server:
        sender = client(server.url)
        sender.send("hello")
        await_condition(lambda: not sender.shipping.spooling, LIMIT_S)
        spool.unlink()
        await_condition(lambda: spooled(sender), LIMIT_S)
        assert 0 == sender.waiting.held


def test_an_event_that_is_too_large_is_dropped_and_said(client):
    with scripted() as server:
        sender = client(server.url, event_bytes=1000)
        assert sender.send("x" * 1000) is None
        assert sender.send("small")
        sender.flush(LIMIT_S)
    assert "1000 are allowed" in client.said[0]


def test_what_a_closed_client_is_given_is_counted(client):
    sender = client("http://127.0.0.1:1")
    sender.close()
    assert sender.send("late") is None
    assert 1 == sender.counts.dropped


def test_close_does_not_wait_for_an_intake_that_is_away_when_all_is_on_disk(client):
    sender = client("http://127.0.0.1:1", exit_s=15.0)
    sender.send("hello")
    await_condition(lambda: sender.shipping.failures, LIMIT_S)
    started = time.monotonic()
    sender.close()
    assert time.monotonic() - started < 3
    assert 0 == sender.counts.dropped


def test_close_without_a_spool_waits_to_its_limit_and_says_what_is_lost(client):
    sender = client("http://127.0.0.1:1", spool=False, exit_s=0.3)
    sender.send("hello")
    sender.close()
    assert (1, True) == (sender.counts.dropped, "there is no spool for it" in client.said[-1])


def test_the_next_client_sends_what_was_left(client):
    sender = client("http://127.0.0.1:1")
    left = sender.send("left")
    sender.close()
    with scripted() as server:
        other = client(server.url)
        other.send("new")
        assert other.flush(LIMIT_S)
    assert {"left", "new"} == {*came(server)}
    assert left in identities(server)


def test_nobody_waits_for_ever_in_a_flush(client):
    sender = client("http://127.0.0.1:1")
    sender.send("hello")
    assert not sender.flush(0.2)
