from datetime import UTC, datetime

from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.receipts import MOST, Receipts

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def deliveries(count=1, timestamp=None):
    about = PlainProperties(timestamp=timestamp)
    return [Delivery(Tag(1, number), b"", about, NOW) for number in range(count)]


def test_what_is_done_with_is_not_in_hand():
    receipts = Receipts()
    receipts.take(deliveries(), 1.0)
    first = receipts.last
    receipts.take(deliveries(), 2.0)
    first.left -= 1
    assert [2.0] == [each.at for each in receipts.waiting()]


def test_a_group_is_in_hand_until_the_last_of_it_is_done_with():
    receipts = Receipts()
    receipts.take(deliveries(2), 1.0)
    receipts.last.left -= 1
    assert [1.0] == [each.at for each in receipts.waiting()]


def test_one_that_is_stuck_does_not_let_the_others_receipts_pile_up():
    receipts = Receipts()
    receipts.take(deliveries(), 0.0)
    for number in range(1, MOST + 10):
        receipts.take(deliveries(), float(number))
        receipts.last.left -= 1
    assert ([0.0], True) == ([each.at for each in receipts.waiting()], len(receipts.given) < 20)


def test_a_group_knows_when_its_first_message_was_sent():
    receipts = Receipts()
    receipts.take(deliveries(timestamp=1_700_000_000), 1.0)
    assert 1_700_000_000 == receipts.last.sent


def test_a_timestamp_that_is_no_number_is_none():
    receipts = Receipts()
    receipts.take(deliveries(timestamp=NOW), 1.0)
    assert 0 == receipts.last.sent
