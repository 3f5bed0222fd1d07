from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mqworker.brokers.claims import SqliteConsumer
from mqworker.brokers.sqlite import Depth, SqliteBroker
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.message import PlainProperties, Publication

Join = Callable[..., SqliteConsumer]


@pytest.fixture
def join(tmp_path: Path) -> Iterator[Join]:
    consumers = []

    def sign_in(queue: str = "q") -> SqliteConsumer:
        broker = SqliteBroker(tmp_path / "broker.db")
        consumers.append(SqliteConsumer(broker, broker.declare(queue)))
        return consumers[-1]

    yield sign_in
    for consumer in consumers:
        consumer.abandon()


def publish(consumer: SqliteConsumer, *bodies: bytes, queue: str = "q") -> None:
    consumer.broker.publish([Publication(body, PlainProperties(), "", queue) for body in bodies])


def claimed(consumer: SqliteConsumer, limit: int = 10) -> list[tuple[bytes, bool]]:
    return [(body, again) for _, again, body, *_ in consumer.claim(limit)]


def test_the_oldest_are_claimed_first_and_not_beyond_the_limit(join: Join):
    one = join()
    publish(one, b"1", b"2", b"3")
    assert claimed(one, 2) == [(b"1", False), (b"2", False)]
    assert one.broker.depth("q") == Depth(1, 2)


def test_what_one_consumer_holds_no_other_gets(join: Join):
    one, other = join(), join()
    publish(one, b"1", b"2")
    assert (claimed(one, 1), claimed(other), claimed(one)) == ([(b"1", False)], [(b"2", False)], [])


def test_a_dead_consumers_messages_come_again_at_once_flagged_and_in_their_place(join: Join):
    one, other = join(), join()
    publish(one, b"1", b"2")
    one.claim(2)
    publish(one, b"3")
    one.abandon()
    assert claimed(other) == [(b"1", True), (b"2", True), (b"3", False)]


def test_the_dead_of_another_queue_are_put_back_into_theirs(join: Join):
    one, other = join("p"), join("q")
    publish(one, b"1", queue="p")
    one.claim(1)
    one.abandon()
    assert claimed(other) == []
    assert other.broker.depth("p") == Depth(1, 0)


def test_who_leaves_puts_back_flagged_what_is_not_settled(join: Join):
    one, other = join(), join()
    publish(one, b"1", b"2")
    (first, _) = one.claim(2)
    one.settle([first[0]])
    one.close()
    assert claimed(other) == [(b"2", True)]


def test_settling_deletes_only_what_the_consumer_holds(join: Join):
    one, other = join(), join()
    publish(one, b"1", b"2")
    numbers = [claim[0] for claim in one.claim(2)]
    other.settle(numbers)
    assert one.broker.depth("q") == Depth(0, 2)
    one.settle(numbers)
    assert one.broker.depth("q") == Depth(0, 0)
    assert one.broker.run("SELECT count(*) FROM messages") == [(0,)]


def test_a_number_is_never_used_again(join: Join):
    one = join()
    publish(one, b"1")
    ((number, *_),) = one.claim(1)
    one.settle([number])
    publish(one, b"2")
    ((next_number, *_),) = one.claim(1)
    assert next_number > number


def test_without_its_file_of_leases_a_consumer_notices_that_it_was_taken_for_dead(
    join: Join, tmp_path: Path
):
    one = join()
    publish(one, b"1")
    one.claim(1)
    (tmp_path / "broker.db-leases").unlink()
    other = join()
    assert claimed(other) == [(b"1", True)]
    with pytest.raises(BrokerUnavailable, match="taken for dead"):
        one.claim(1)


def test_the_file_of_leases_has_the_permissions_of_the_broker(tmp_path: Path):
    broker = SqliteBroker(tmp_path / "broker.db")
    (tmp_path / "broker.db").chmod(0o640)
    consumer = SqliteConsumer(broker, broker.declare("q"))
    mode = (tmp_path / "broker.db-leases").stat().st_mode
    consumer.close()
    assert mode & 0o777 == 0o640
