import threading

from mqworker.client.counts import Counts, Tally, to_stderr


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def tally():
    said, clock = [], Clock()
    return Tally(said.append, clock), said, clock


def test_a_drop_is_said_at_once_and_then_once_a_minute_with_its_number():
    counted, said, clock = tally()
    for _ in range(5):
        counted.drop(2, "memory is full")
    assert ["mqworker.client: 2 events dropped: memory is full"] == said
    clock.now += 61
    counted.drop(1, "memory is full")
    assert "mqworker.client: 9 events dropped: memory is full" == said[1]
    assert Counts(dropped=11) == counted.snapshot()


def test_the_end_says_what_was_not_said():
    counted, said, _ = tally()
    counted.drop(1, "why")
    counted.drop(3, "why")
    counted.last_words()
    counted.last_words()
    assert [
        "mqworker.client: 1 events dropped: why",
        "mqworker.client: 3 more events dropped",
    ] == said


def test_drops_are_reported_once():
    counted, _, _ = tally()
    counted.drop(1, "first")
    counted.drop(2, "second")
    assert (3, "second") == counted.take_report()
    assert 0 == counted.take_report()[0]


def test_nothing_is_lost_of_what_many_threads_count():
    counted, _, _ = tally()
    work = lambda: [counted.add("taken") for _ in range(2000)]  # noqa: E731 - short
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 8000 == counted.snapshot().taken


def test_a_closed_stderr_is_no_trouble(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    to_stderr("hello")
