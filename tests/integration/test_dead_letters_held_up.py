"""Dead letters that the broker does not take now, and the brake that keeps them from being many."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.daemons import Daemon, await_condition
from tests.integration.events import bad_messages, messages
from tests.integration.pairs import Found, Served
from tests.services.rabbitmq import Rabbitmq

LIMIT_S = 60.0
BAD, GOOD = 40, 200


@contextmanager
def short_of_memory(rabbitmq: Rabbitmq) -> Iterator[None]:
    """Have RabbitMQ read no more from connections that publish, until it is started anew."""
    rabbitmq.ctl("set_vm_memory_high_watermark", "0")
    try:
        yield
    finally:
        if rabbitmq.lifecycle.running():
            rabbitmq.ctl("set_vm_memory_high_watermark", "0.4")


def test_nothing_bad_is_acknowledged_before_the_broker_has_confirmed_its_dead_letter(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    bad = list(bad_messages(served.run, BAD))
    served.publish([*bad, *messages(served.run, GOOD)])
    served.rabbitmq.flush()
    with short_of_memory(served.rabbitmq):
        daemon = start_daemon(*served.flags)
        daemon.await_words("publishing blocked by the broker")
        await_condition(lambda: served.stored() == GOOD, LIMIT_S, daemon.log)
        time.sleep(1)
        assert Found(0, BAD) == served.depth()
        assert 0 == served.dead_count()
        served.rabbitmq.kill()
    served.rabbitmq.start()
    await_condition(lambda: sum(served.depth()) == 0, LIMIT_S, daemon.log)
    assert {each.body for each in bad} == {letter.body for letter in served.dead()}
    assert 0 == daemon.stop()
    assert {daemon.pid} == set(daemon.said("altogether"))
    assert {str(number): 1 for number in range(GOOD)} == served.census()


def test_the_brake_leaves_bad_messages_in_the_queue_says_so_and_resumes(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    served.publish(list(bad_messages(served.run, 1000)))
    brake = ("--brake-sample", "50", "--brake-ratio", "0.5", "--brake-pause", "3s")
    daemon = start_daemon(*served.flags, "--batch-count", "50", "--prefetch", "100", *brake)

    daemon.await_words("consumption stops for 3 s")
    await_condition(lambda: served.depth().unsettled == 0, LIMIT_S, daemon.log)
    dead = served.dead_count()
    assert 0 < dead <= 300
    assert 1000 - dead == served.depth().ready
    time.sleep(1)
    assert dead == served.dead_count()

    daemon.await_words("consumption stops", times=2)
    await_condition(lambda: served.depth().unsettled == 0, LIMIT_S, daemon.log)
    assert dead < served.dead_count() <= dead + 300
    assert 1000 == served.dead_count() + served.depth().ready
    assert 0 == daemon.stop()
