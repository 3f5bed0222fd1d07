"""`mqworker console` before a real broker and a real store: what it tells, and what it changes."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson

from mqworker.sources.rabbitmq import RabbitmqSource
from tests.consoles import ConsoleDaemon
from tests.daemons import Daemon, await_condition
from tests.integration.deadletters import LIMIT_S, bury, command, dead_depth, singles, triples
from tests.integration.events import bad_messages, event, message
from tests.integration.pairs import DEAD_QUEUE, Pair, Served
from tests.services.program import free_port

WRITABLE = "--console-writable"


def facts(console: ConsoleDaemon, path: str, **headers: str) -> dict[str, object]:
    reply = console.ask("GET", path, **headers)
    assert 200 == reply.status, reply.body
    found: dict[str, object] = reply.json
    return found


def test_looking_takes_nothing_and_changing_puts_back_and_removes_what_was_meant(
    pair: Pair,
    start_daemon: Callable[..., Daemon],
    start_console: Callable[..., ConsoleDaemon],
) -> None:
    bury(pair, start_daemon, [*singles(pair.run, 20), *triples(pair.run, 20, 5)])
    console = start_console(*pair.flags, WRITABLE)
    console.enter()

    assert "25 dead letters" in console.page("/letters").text
    told = json.loads(command(pair, "list", "--json"))
    assert told["causes"] == facts(console, "/api/letters")["causes"]
    before = [letter.body for letter in pair.dead()]

    listed = facts(console, "/api/letters")["list"]
    assert isinstance(listed, list)
    identity = listed[0]["identity"]
    page = console.page(f"/letter?identity={identity}")
    assert "x-mqworker-reason" in page.text
    body = console.ask("GET", f"/body?identity={identity}&number=0")
    assert body.body in before
    assert "attachment" in body.headers["content-disposition"]
    assert before == [letter.body for letter in pair.dead()]

    daemon = start_daemon(*pair.flags)
    done = console.submit("/replay", {**console.page("/letters").fields(), "passing": "1"})
    assert "20 put back" in done.text
    expected = Counter(str(number) for number in range(20))
    await_condition(lambda: pair.stored() == 20, LIMIT_S, daemon.log)
    assert expected == pair.census()
    assert 5 == dead_depth(pair)

    again = console.page("/letters?again=1")
    led = next(each for each in again.values("href") if each.startswith("/remove"))
    asking = console.page(led)
    assert "5 letters would be removed for good" in asking.text
    assert "5 removed" in console.submit("/remove", asking.fields()).text
    assert 0 == dead_depth(pair)
    assert 0 == daemon.stop()
    assert 0 == console.stop()


def test_one_letter_is_put_back_by_its_page_and_the_others_stay(
    pair: Pair,
    start_daemon: Callable[..., Daemon],
    start_console: Callable[..., ConsoleDaemon],
) -> None:
    bury(pair, start_daemon, [*singles(pair.run, 6)])
    console = start_console(*pair.flags, WRITABLE)
    console.enter()
    listed = facts(console, "/api/letters")["list"]
    assert isinstance(listed, list)
    fields = console.page(f"/letter?identity={listed[2]['identity']}").fields()

    assert "1 put back" in console.submit("/replay", fields).text

    assert (1, 5) == (pair.depth().ready, dead_depth(pair))


def test_what_is_stored_is_found_traced_and_told_and_the_queues_are_measured(
    pair: Pair,
    start_daemon: Callable[..., Daemon],
    start_console: Callable[..., ConsoleDaemon],
    sockets: Path,
) -> None:
    hostile = "<script>alert(1)</script>"
    pair.publish(
        [
            message(orjson.dumps(event(pair.run, 7, summary=hostile, hostname=hostile))),
            *bad_messages(pair.run, 2),
        ]
    )
    daemon = start_daemon(*pair.flags, "--brake-ratio", "0", "--socket-directory", str(sockets))
    await_condition(lambda: sum(pair.depth()) == 0 and dead_depth(pair) == 2, LIMIT_S, daemon.log)
    console = start_console(*pair.flags)
    console.enter()

    def searched() -> list[dict[str, object]]:
        found: list[dict[str, object]] = console.ask("GET", f"/api/search?words={pair.run}").json
        return found

    (hit,) = await_condition(searched, LIMIT_S, console.log)
    assert console.page(f"/search?words={pair.run}").is_harmless()
    told = console.page(f"/event?index={hit['_index']}&id={hit['_id']}")
    assert told.is_harmless()
    assert "192.0.2.7" in told.text
    story = console.page(f"/trace?value={hit['_id']}")
    assert story.is_harmless()
    assert "drawing" in story.values("class")

    def measured() -> bool:
        queues = facts(console, "/api/overview")["queues"]
        assert isinstance(queues, list)
        return {DEAD_QUEUE: 2, "eventtask": 0} == {one["name"]: one["ready"] for one in queues}

    await_condition(measured, LIMIT_S, console.log)
    overview = console.page("/")
    assert "Nothing needs attention." in overview.text
    assert f"0 pid {daemon.pid}" in overview.text
    assert 0 == daemon.stop()

    def missed() -> bool:
        return f"Worker 0 (pid {daemon.pid}) is gone." in console.page("/").text

    await_condition(missed, LIMIT_S, console.log)
    assert http.client.FORBIDDEN == console.ask("POST", "/replay", {}).status
    assert 2 == dead_depth(pair)


def test_while_another_command_has_letters_in_hand_the_console_leaves_them_alone(
    served: Served,
    start_daemon: Callable[..., Daemon],
    start_console: Callable[..., ConsoleDaemon],
) -> None:
    bury(served, start_daemon, [*singles(served.run, 5)])
    console = start_console(*served.flags, WRITABLE)
    console.enter()
    fields = console.page("/letters").fields()
    other = served.options(DEAD_QUEUE)
    with closing(RabbitmqSource(other)) as source:
        assert source.receive(1, 10)
        page = console.page("/letters?again=1")
        assert "5 dead letters" in page.text
        assert "Another command looks through" in console.submit("/replay", fields).text
    await_condition(lambda: served.rabbitmq.depth(DEAD_QUEUE, served.url).ready == 5, LIMIT_S)


def test_without_its_broker_and_its_store_it_says_so_and_comes_back(
    start_console: Callable[..., ConsoleDaemon],
) -> None:
    broker, sink = free_port(), free_port()
    console = start_console(
        *("--broker", f"amqp://guest:hunter2@127.0.0.1:{broker}/", "--sink-timeout", "1s"),
        *("--sink", f"http://127.0.0.1:{sink}"),
    )
    console.enter()

    def overview() -> bool:
        return "The broker can't be asked" in console.page("/").text

    await_condition(overview, LIMIT_S, console.log)
    for path in ("/letters", "/search?words=x", "/trace?value=x", "/event?id=x"):
        page = console.page(path, 503)
        assert "A service does not answer" in page.text
        assert "hunter2" not in page.text
    health = console.page("/health").text
    assert "hunter2" not in health
    assert "bad" in health
    assert "hunter2" not in console.log.read_text()
    assert 0 == console.stop()
