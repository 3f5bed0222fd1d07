import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mqworker.brokers.sqlite import Depth, SqliteBroker, SqliteOptions
from mqworker.core.errors import Misconfigured
from mqworker.core.message import Delivery, PlainProperties, Publication
from mqworker.sources.sqlite import SqliteSource

QUICK = SqliteOptions(lock_timeout_s=0.05, longest_pause_s=0.01)
Open = Callable[..., SqliteSource]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "broker.db"


@pytest.fixture
def open_source(path: Path) -> Iterator[Open]:
    sources = []

    def source(**options: Any) -> SqliteSource:
        sources.append(SqliteSource(path, "q", options=QUICK, **options))
        sources[-1].receive(0, 0)
        return sources[-1]

    yield source
    for each in sources:
        each.close()


@pytest.fixture
def broker(path: Path) -> Iterator[SqliteBroker]:
    broker = SqliteBroker(path, QUICK)
    yield broker
    broker.close()


def publish(broker: SqliteBroker, *bodies: bytes) -> None:
    broker.declare("q")
    broker.publish([Publication(body, PlainProperties(), "", "q") for body in bodies])


def bodies(deliveries: list[Delivery]) -> list[bytes]:
    return [delivery.body for delivery in deliveries]


def test_no_more_is_handed_over_than_prefetch_allows_until_some_is_settled(
    open_source: Open, broker: SqliteBroker
):
    source = open_source(prefetch=2)
    publish(broker, b"1", b"2", b"3")
    first = source.receive(10, 1)
    blocked = source.receive(10, 0.02)
    source.settle([first[0].tag])
    assert [bodies(each) for each in (first, blocked, source.receive(10, 1))] == [
        [b"1", b"2"],
        [],
        [b"3"],
    ]


def test_a_message_that_comes_while_waiting_ends_the_wait(open_source: Open, path: Path):
    source = open_source()
    threading.Timer(0.05, publish_later, [path]).start()
    started = time.monotonic()
    assert bodies(source.receive(10, 10)) == [b"late"]
    assert time.monotonic() - started < 5


def publish_later(path: Path) -> None:
    broker = SqliteBroker(path)
    publish(broker, b"late")
    broker.close()


def test_a_limit_of_zero_waits_and_takes_nothing(open_source: Open, broker: SqliteBroker):
    source = open_source()
    publish(broker, b"1")
    started = time.monotonic()
    assert source.receive(0, 0.1) == []
    assert time.monotonic() - started >= 0.1
    assert broker.depth("q") == Depth(1, 0)


def test_a_lock_held_too_long_is_an_empty_answer_and_keeps_the_channel(
    open_source: Open, broker: SqliteBroker
):
    source = open_source()
    publish(broker, b"1")
    broker.run("BEGIN IMMEDIATE")
    locked_out = source.receive(10, 0)
    broker.run("ROLLBACK")
    (delivery,) = source.receive(10, 1)
    assert (locked_out, delivery.tag.channel) == ([], 1)


def test_what_could_not_be_deleted_when_settled_is_deleted_later(
    open_source: Open, broker: SqliteBroker
):
    source = open_source()
    publish(broker, b"1")
    (delivery,) = source.receive(10, 1)
    broker.run("BEGIN IMMEDIATE")
    source.settle([delivery.tag])
    broker.run("ROLLBACK")
    before = broker.depth("q")
    source.receive(10, 0)
    assert (before, broker.depth("q")) == (Depth(0, 1), Depth(0, 0))


def test_after_a_broken_connection_a_new_channel_brings_everything_again(
    open_source: Open, broker: SqliteBroker
):
    source = open_source()
    publish(broker, b"1")
    (before,) = source.receive(10, 1)
    assert source.consumer is not None
    source.consumer.broker.connection.close()
    (after,) = source.receive(10, 1)
    source.settle([before.tag])
    assert (after.tag.channel, after.redelivered, after.body) == (2, True, b"1")
    assert broker.depth("q") == Depth(0, 1)


def test_the_first_connection_tells_a_configuration_error(path: Path):
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(Misconfigured, match="not an SQLite database"):
        SqliteSource(path, "q").receive(1, 0)


def test_later_a_damaged_file_is_an_outage(open_source: Open, path: Path, tmp_path: Path):
    source = open_source()
    assert source.consumer is not None
    source.consumer.broker.connection.close()
    path.rename(tmp_path / "away.db")
    path.mkdir()
    assert source.receive(1, 0.02) == []
    path.rmdir()
    (tmp_path / "away.db").rename(path)
    source.receive(1, 0.02)
    assert source.channel == 2


def test_waiting_for_messages_costs_next_to_nothing(open_source: Open):
    source = open_source()
    before = time.process_time()
    source.receive(1, 1)
    assert time.process_time() - before < 0.2


def test_closing_before_use_leaves_the_file_alone(path: Path):
    source = SqliteSource(path, "q")
    source.close()
    source.close()
    assert (source.receive(1, 1), path.exists()) == ([], False)


def test_a_lost_lock_on_closing_leaves_the_messages_to_the_next_consumer(
    open_source: Open, broker: SqliteBroker
):
    source, other = open_source(), open_source()
    publish(broker, b"1")
    source.receive(1, 1)
    broker.run("BEGIN IMMEDIATE")
    source.close()
    broker.run("ROLLBACK")
    (delivery,) = other.receive(1, 1)
    assert (delivery.body, delivery.redelivered) == (b"1", True)


def test_a_connection_that_breaks_at_settling_is_replaced_and_the_message_comes_again(
    open_source: Open, broker: SqliteBroker
):
    source = open_source()
    publish(broker, b"1")
    (delivery,) = source.receive(1, 1)
    assert source.consumer is not None
    source.consumer.broker.connection.set_authorizer(lambda *_: sqlite3.SQLITE_DENY)
    source.settle([delivery.tag])
    (again,) = source.receive(1, 1)
    assert (again.body, again.redelivered, again.tag.channel) == (b"1", True, 2)
