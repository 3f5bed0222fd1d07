from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.acks import Acks, AckWindow


class Channel:
    """What a broker does with acknowledgements: a number that is not outstanding is an error."""

    def __init__(self) -> None:
        self.outstanding: list[int] = []
        self.frames = 0

    def take(self, acks: Acks) -> None:
        if acks.up_to is not None:
            self.frames += 1
            end = self.outstanding.index(acks.up_to) + 1
            self.outstanding = self.outstanding[end:]
        for number in acks.alone:
            self.frames += 1
            self.outstanding.remove(number)


def test_what_is_settled_in_order_is_acknowledged_by_one_frame() -> None:
    window = AckWindow()
    window.deliver(range(1, 501))

    window.settle(range(1, 501))

    assert Acks(500) == window.take(0.0)
    assert len(window) == 0


def test_a_later_batch_waits_for_the_one_before_it_and_shares_its_frame() -> None:
    window = AckWindow(hold_s=1.0)
    window.deliver(range(1, 1001))

    window.settle(range(501, 1001))
    assert Acks() == window.take(0.0)
    window.settle(range(1, 501))

    assert Acks(1000) == window.take(0.9)


def test_a_message_that_stands_still_does_not_hold_up_those_behind_it() -> None:
    window = AckWindow(hold_s=1.0)
    window.deliver([1, 2, 3, 4, 5])
    window.settle([1, 3, 4])

    assert Acks(1) == window.take(0.0)
    assert Acks() == window.take(0.9)
    assert Acks(None, [3, 4]) == window.take(1.0)


def test_once_the_oldest_stands_still_the_next_ones_are_acknowledged_at_once() -> None:
    window = AckWindow(hold_s=1.0)
    window.deliver([1, 2, 3])
    window.settle([2])
    window.take(0.0)
    window.take(1.0)

    window.settle([3])

    assert Acks(None, [3]) == window.take(1.1)


def test_more_than_hold_most_behind_an_open_one_are_acknowledged_at_once() -> None:
    window = AckWindow(hold_most=2, hold_s=60.0)
    window.deliver([1, 2, 3, 4])
    window.settle([2, 3])
    assert Acks() == window.take(0.0)

    window.settle([4])

    assert Acks(None, [2, 3, 4]) == window.take(0.0)


def test_a_long_idle_time_does_not_count_as_standing_still() -> None:
    window = AckWindow(hold_s=1.0)
    window.deliver([1, 2])
    window.settle([2])
    window.take(0.0)
    window.settle([1])
    window.take(0.1)
    window.deliver([3, 4])

    window.settle([4])

    assert Acks() == window.take(100.0)


def test_a_number_that_is_settled_twice_or_unknown_is_ignored() -> None:
    window = AckWindow()
    window.deliver([1, 2])
    window.settle([1, 1])
    window.take(0.0)

    window.settle([1, 7])

    assert Acks() == window.take(0.0)


def test_all_that_is_settled_is_released_before_the_channel_is_left() -> None:
    window = AckWindow()
    window.deliver([1, 2, 3, 4])
    window.settle([1, 3])

    assert Acks(1, [3]) == window.take_all()
    assert 2 == len(window)


def test_a_window_with_one_open_number_does_not_grow_while_others_pass() -> None:
    window = AckWindow(hold_s=0.0)
    window.deliver([1])
    for number in range(2, 1000):
        window.deliver([number])
        window.settle([number])
        window.take(float(number))

    assert 1 == len(window.order) == len(window.open)
    assert not window.held


@given(st.data())
def test_every_settled_number_is_acknowledged_once_and_no_other(data: st.DataObject) -> None:
    window = AckWindow(data.draw(st.integers(0, 5)), data.draw(st.floats(0, 3)))
    channel, settled, now = Channel(), set[int](), 0.0

    for number in numbers_with_gaps(data):
        channel.outstanding.append(number)
        window.deliver([number])
        chosen = data.draw(st.sets(st.sampled_from(channel.outstanding), max_size=4))
        settled |= chosen
        window.settle(chosen)
        now += data.draw(st.floats(0, 2))
        channel.take(window.take(now))
        assert window.open <= set(channel.outstanding)

    channel.take(window.take_all())
    assert not settled & set(channel.outstanding)
    assert set(channel.outstanding) == window.open


def numbers_with_gaps(data: st.DataObject) -> Iterator[int]:
    """Numbers that were never handed over are missing from the order."""
    number = 0
    for step in data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=30)):
        number += step
        yield number
