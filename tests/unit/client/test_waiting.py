import threading

from mqworker.client.entry import Entry
from mqworker.client.waiting import Waiting


def waiting(events=3, size=1000):
    return Waiting(threading.Condition(), events, size)


def entry(name="1", size=2):
    return Entry(name, b"x" * size)


def test_it_is_full_at_its_bound_in_number():
    queue = waiting()
    assert [True, True, True, False] == [queue.put(entry(str(each))) for each in range(4)]


def test_it_is_full_at_its_bound_in_bytes():
    queue = waiting(size=10)
    assert [True, False, True] == [queue.put(entry(size=each)) for each in (6, 5, 4)]


def test_what_is_claimed_still_counts_until_it_is_released():
    queue = waiting()
    for each in "123":
        queue.put(entry(each))
    claimed = queue.claim(2)
    assert (["1", "2"], False) == ([each.id for each in claimed], queue.put(entry("4")))
    queue.release(claimed)
    assert (1, 2, True) == (queue.held, queue.held_bytes, queue.put(entry("4")))


def test_what_is_given_back_comes_first_again():
    queue = waiting()
    for each in "123":
        queue.put(entry(each))
    queue.give_back(queue.claim(2))
    assert ["1", "2", "3"] == [each.id for each in queue.claim(9)]
