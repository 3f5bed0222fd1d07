from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.prefetch import LARGE_BYTES, Prefetch


def test_large_messages_within_the_bound_change_nothing() -> None:
    prefetch = Prefetch(2000, most_bytes=100)

    assert not any(prefetch.add(number, 20) for number in range(5))
    assert 2000 == prefetch.current


def test_one_too_many_halves_what_was_held() -> None:
    prefetch = Prefetch(2000, most_bytes=100)

    assert [False] * 10 + [True] == [prefetch.add(number, 10) for number in range(11)]
    assert 5 == prefetch.current


def test_one_message_larger_than_the_bound_is_still_taken() -> None:
    prefetch = Prefetch(2000, most_bytes=100)

    assert prefetch.add(1, 1000)
    assert 1 == prefetch.current


def test_what_is_settled_weighs_no_more() -> None:
    prefetch = Prefetch(2000, most_bytes=100)
    for number in range(10):
        prefetch.add(number, 10)

    prefetch.settle(range(10))

    assert not any(prefetch.add(number, 10) for number in range(10, 20))


def test_a_new_channel_begins_with_empty_hands_and_what_was_learned() -> None:
    prefetch = Prefetch(2000, most_bytes=100)
    prefetch.add(1, 60)
    prefetch.add(2, 60)

    prefetch.start()

    assert 0 == prefetch.weight
    assert 1 == prefetch.current


def test_it_grows_back_to_its_full_size_with_small_messages() -> None:
    prefetch = Prefetch(10, most_bytes=100)
    prefetch.add(1, 1000)
    prefetch.start()

    sizes = []
    for _ in range(40):
        prefetch.pass_on(1)
        sizes.append(prefetch.current)

    assert [1, 2, 4, 8, 10] == sorted(set(sizes))
    assert sizes == sorted(sizes)
    assert (2, 4) == (sizes[1], sizes[5])


def test_it_does_not_grow_while_a_large_message_is_held() -> None:
    prefetch = Prefetch(10, most_bytes=100)
    prefetch.add(1, 1000)

    assert not any(prefetch.pass_on(5) for _ in range(10))


@given(st.lists(st.integers(LARGE_BYTES, 50 * LARGE_BYTES), max_size=200))
def test_messages_of_any_size_all_pass_in_the_end(sizes: list[int]) -> None:
    most_bytes = 100 * LARGE_BYTES
    prefetch = Prefetch(100, most_bytes)
    waiting, channels = sizes[::-1], 0
    while waiting:
        asked = waiting[-prefetch.current :][::-1]
        heavy = any(prefetch.add(number, size) for number, size in enumerate(asked))
        assert prefetch.weight <= most_bytes + max(asked)
        if heavy:
            prefetch.start()
            channels += 1
        else:
            prefetch.settle(range(len(asked)))
            del waiting[-len(asked) :]

    assert channels <= 7
