"""One worker that consumes several queues: each has its own place for the dead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing

import orjson
import pytest

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.sources.rabbitmq import RabbitmqSource
from tests.daemons import Daemon, await_condition
from tests.integration.deadletters import LIMIT_S, command
from tests.integration.events import event
from tests.integration.pairs import Served
from tests.services.rabbitmq import Rabbitmq

QUEUES = ("eventtask", "firewalls", "windows")
EACH = 300
pytestmark = pytest.mark.services


def options(url: str, prefetch: int = 100) -> RabbitmqOptions:
    return RabbitmqOptions(urls=(url,), queue=QUEUES[0], others=QUEUES[1:], prefetch=prefetch)


def publish(url: str, bodies: dict[str, list[bytes]]) -> None:
    with closing(RabbitmqPublisher(options(url), options(url).topology)) as publisher:
        publisher.publish(
            [
                Publication(body, PlainProperties(), "mozdef", queue)
                for queue, each in bodies.items()
                for body in each
            ]
        )


def test_a_worker_stores_the_events_of_all_its_queues_and_buries_each_in_its_own(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    good = [orjson.dumps(event(served.run, number)) for number in range(3 * EACH)]
    bad = {queue: [b"%d of %s" % (n, queue.encode()) for n in range(5)] for queue in QUEUES}
    publish(
        served.url,
        {queue: good[at::3] + bad[queue] for at, queue in enumerate(QUEUES)},
    )
    flags = [word for queue in QUEUES for word in ("--queue", queue)]
    daemon = start_daemon(*served.flags, *flags, "--prefetch", "600")

    def left() -> int:
        return sum(sum(served.rabbitmq.depth(queue, served.url)) for queue in QUEUES)

    await_condition(lambda: not left(), LIMIT_S, daemon.log)
    assert 0 == daemon.stop()
    assert Counter(str(number) for number in range(3 * EACH)) == served.census()

    for queue in QUEUES:
        shown = command(served, "show", "--queue", queue, "--json").splitlines()
        letters = [orjson.loads(line) for line in shown]
        assert sorted(bad[queue]) == sorted(each["body"].encode() for each in letters)
        headers = [each["properties"]["headers"] for each in letters]
        assert {queue} == {each["x-mqworker-queue"] for each in headers}
    told = command(served, "list", *flags, status=78)
    assert "" == told


def test_what_a_worker_holds_of_all_its_queues_is_what_prefetch_allows(rabbitmq: Rabbitmq) -> None:
    with rabbitmq.vhost() as url:
        publish(url, {queue: [b"%d" % n for n in range(200)] for queue in QUEUES})
        with closing(RabbitmqSource(options(url, prefetch=90))) as source:
            taken = []
            while deliveries := source.receive(1000, 1):
                taken += deliveries
            assert dict.fromkeys(QUEUES, 30) == Counter(each.queue for each in taken)

            # Pausing gives everything back but what was handed over, for each queue.
            assert [] == source.receive(0, 0.5)
            source.settle([each.tag for each in taken])
            again = []
            while len(again) < 510:
                deliveries = source.receive(1000, 5)
                assert deliveries
                source.settle([each.tag for each in deliveries])
                again += deliveries

    assert dict.fromkeys(QUEUES, 170) == Counter(each.queue for each in again)
    assert not {(e.queue, e.body) for e in again} & {(e.queue, e.body) for e in taken}
