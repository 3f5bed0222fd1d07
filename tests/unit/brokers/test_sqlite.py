from collections.abc import Iterator
from pathlib import Path

import pytest

from mqworker.brokers.sqlite import Depth, SqliteBroker
from mqworker.core.errors import Misconfigured
from mqworker.core.message import PlainProperties, Publication


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SqliteBroker]:
    broker = SqliteBroker(tmp_path / "broker.db")
    yield broker
    broker.close()


def to(queue: str, body: bytes = b"x", exchange: str = "") -> Publication:
    return Publication(body, PlainProperties(message_id="m"), exchange, queue)


def test_the_default_exchange_knows_each_queue_by_its_name(broker: SqliteBroker):
    broker.declare("a")
    broker.declare("b")
    broker.publish([to("a"), to("b"), to("b")])
    assert [broker.depth(queue) for queue in "ab"] == [Depth(1, 0), Depth(2, 0)]


def test_an_exchange_routes_by_the_name_of_each_queue_bound_to_it(broker: SqliteBroker):
    broker.declare("a", ["eventtask", "mozdef"])
    broker.declare("b", ["mozdef"])
    broker.publish([to("a", exchange="eventtask"), to("a", exchange="mozdef")])
    assert [broker.depth(queue).ready for queue in "ab"] == [2, 0]


@pytest.mark.parametrize("lost", [to("c"), to("a", exchange="other"), to("b", exchange="mozdef")])
def test_one_message_without_a_queue_refuses_its_whole_batch(
    broker: SqliteBroker, lost: Publication
):
    broker.declare("a", ["mozdef"])
    with pytest.raises(Misconfigured, match="no queue is bound to exchange"):
        broker.publish([to("a"), lost])
    assert broker.depth("a") == Depth(0, 0)


def test_declaring_twice_gives_the_same_queue_and_keeps_its_messages(broker: SqliteBroker):
    first = broker.declare("a", ["mozdef"])
    broker.publish([to("a", exchange="mozdef")])
    assert (broker.declare("a", ["mozdef"]), broker.depth("a").ready) == (first, 1)


def test_peek_shows_the_oldest_first_with_all_that_was_published(broker: SqliteBroker):
    broker.declare("a", ["mozdef"])
    sent = [to("a", body, "mozdef") for body in (b"1", b"\x00\xff", b"")]
    broker.publish(sent)
    assert broker.peek("a", 10) == sent
    assert broker.peek("a", 2) == sent[:2]


def test_a_queue_that_there_is_not_is_empty_and_shows_nothing(broker: SqliteBroker):
    assert (broker.depth("none"), broker.peek("none", 5)) == (Depth(0, 0), [])


def test_publishing_nothing_is_no_error(broker: SqliteBroker):
    broker.publish([])
