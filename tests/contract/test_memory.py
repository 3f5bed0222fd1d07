"""What every memory promises: see `mqworker.ports.Memory`."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest

from mqworker.core.correlation.sighting import Sighting
from mqworker.ports import Memory, Remembered
from tests.contract.memories import MEMORIES, OF_A_SERVICE, Open
from tests.sightings import batch


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.services if name in OF_A_SERVICE else ())
        for name in MEMORIES
    ]
)
def open_memory(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Return what opens another user of one log."""
    with MEMORIES[request.param](request) as opens:
        yield opens


def told(entries: list[Remembered]) -> list[list[Sighting]]:
    return [list(entry.sightings) for entry in entries]


def positions(entries: list[Remembered]) -> list[int]:
    return [entry.position for entry in entries]


def append_all(memory: Memory, *names: str) -> list[Remembered]:
    return [entry for name in names for entry in memory.exchange(batch(name))]


def test_an_empty_log_has_nothing_to_tell(open_memory: Open) -> None:
    assert [] == open_memory().exchange([])


def test_what_was_appended_is_told_to_its_own_worker_too(open_memory: Open) -> None:
    assert [batch("a")] == told(open_memory().exchange(batch("a")))


def test_the_first_call_returns_all_that_the_log_holds(open_memory: Open) -> None:
    append_all(open_memory(), "a", "b", "c")

    assert [batch("a"), batch("b"), batch("c")] == told(open_memory().exchange([]))


def test_a_first_call_that_appends_returns_what_was_there_before_it_too(open_memory: Open) -> None:
    append_all(open_memory(), "a", "b")

    assert [batch("a"), batch("b"), batch("c")] == told(open_memory().exchange(batch("c")))


def test_nothing_is_told_twice(open_memory: Open) -> None:
    one, other = open_memory(), open_memory()
    append_all(one, "a")
    append_all(other, "b")

    assert [batch("b")] == told(one.exchange([]))
    assert [[], []] == [one.exchange([]), other.exchange([])]
    assert [batch("c")] == told(one.exchange(batch("c")))


def test_what_others_appended_comes_before_what_is_appended_after_it(open_memory: Open) -> None:
    one, other = open_memory(), open_memory()
    one.exchange([])
    append_all(other, "a", "b")

    assert [batch("a"), batch("b"), batch("c")] == told(one.exchange(batch("c")))
    assert [batch("c")] == told(other.exchange([]))


def test_with_nothing_to_append_it_only_reads(open_memory: Open) -> None:
    one, other = open_memory(), open_memory()
    for memory in (one, other, one, other):
        assert [] == memory.exchange([])


def test_all_see_the_same_entries_at_the_same_positions(open_memory: Open) -> None:
    one, other = open_memory(), open_memory()
    by_one = [*append_all(one, "a"), *one.exchange(batch("b"))]
    by_other = append_all(other, "c", "d")
    by_one += one.exchange([])
    late = open_memory().exchange([])

    assert by_one == by_other == late
    assert 4 == len(late)


def test_positions_grow_with_each_entry(open_memory: Open) -> None:
    one, other = open_memory(), open_memory()
    for number in range(10):
        append_all(one, f"one{number}")
        append_all(other, f"other{number}")
    found = positions(open_memory().exchange([]))

    assert sorted(set(found)) == found
    assert 20 == len(found)


def test_workers_that_append_at_once_all_see_one_order(open_memory: Open) -> None:
    ready = Barrier(4)
    seen: list[list[Remembered]] = [[], [], [], []]

    def work(number: int) -> None:
        memory = open_memory()
        ready.wait()
        for turn in range(25):
            seen[number] += memory.exchange(batch(f"{number}-{turn}"))

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = open_memory().exchange([])

    assert 100 == len(whole)
    assert [whole[: len(each)] for each in seen] == seen
    assert whole in seen


def test_the_call_after_the_first_may_come_from_another_thread(open_memory: Open) -> None:
    memory, found = open_memory(), []
    memory.exchange([])

    thread = Thread(target=lambda: found.extend(memory.exchange(batch("a"))))
    thread.start()
    thread.join()

    assert [batch("a")] == told(found)


def test_a_large_batch_comes_back_whole(open_memory: Open) -> None:
    large = batch("large", 5000)
    open_memory().exchange(large)

    assert [large] == told(open_memory().exchange([]))


def test_more_entries_than_fit_into_a_page_come_back_in_order(open_memory: Open) -> None:
    one, paused = open_memory(), open_memory()
    append_all(paused, "first")
    names = [f"{number}" for number in range(700)]
    append_all(one, *names)

    expected = [batch(name) for name in [*names, "last"]]
    assert expected == told(paused.exchange(batch("last")))
    assert [batch("first"), *expected] == told(open_memory().exchange([]))


@pytest.mark.parametrize(
    "text", ["", " ", "\u00e9\u6f22\U0001f600", '"\\', "\x00\x1f\x7f", "\u2028", "x" * 100_000]
)
def test_any_text_comes_back_as_it_went_in(open_memory: Open, text: str) -> None:
    odd = Sighting(text, text, -1, True, (text, text), (text, None, text))
    open_memory().exchange([odd])

    assert [[odd]] == told(open_memory().exchange([]))


def test_an_event_without_links_or_values_comes_back_as_it_went_in(open_memory: Open) -> None:
    bare = Sighting("a", "events", 0, False, (), (None, None, None))
    open_memory().exchange([bare])

    assert [[bare]] == told(open_memory().exchange([]))


def test_what_is_remembered_stays_when_all_have_left(open_memory: Open) -> None:
    memory = open_memory()
    before = append_all(memory, "a", "b")
    memory.close()

    assert before == open_memory().exchange([])


def test_closing_a_second_time_does_nothing(open_memory: Open) -> None:
    memory = open_memory()
    append_all(memory, "a")

    memory.close()
    memory.close()


def test_only_what_is_older_may_be_forgotten(open_memory: Open) -> None:
    memory = open_memory()
    entries = append_all(memory, *[f"{number}" for number in range(40)])
    memory.forget(entries[20].position)
    entries += append_all(memory, *[f"more{number}" for number in range(40)])

    left = open_memory().exchange([])
    assert entries[-len(left) :] == left
    assert len(left) >= 60


def test_what_is_forgotten_is_gone_after_some_more_appends(open_memory: Open) -> None:
    memory = open_memory()
    for number in range(200):
        (entry,) = memory.exchange(batch(f"{number}", 100))
        memory.forget(entry.position)

    left = open_memory().exchange([])
    assert entry == left[-1]
    assert len(left) < 40


def test_forgetting_less_than_before_takes_nothing_back(open_memory: Open) -> None:
    memory = open_memory()
    entries = append_all(memory, *[f"{number}" for number in range(40)])
    for entry in reversed(entries[:20]):
        memory.forget(entry.position)
    memory.forget(0)
    append_all(memory, *[f"more{number}" for number in range(40)])

    found = positions(open_memory().exchange([]))
    assert set(found) >= set(positions(entries[20:]))


def test_no_position_is_used_again_after_all_was_forgotten(open_memory: Open) -> None:
    memory = open_memory()
    used = positions(append_all(memory, *[f"{number}" for number in range(40)]))
    memory.forget(used[-1] + 1)
    used += positions(append_all(memory, *[f"more{number}" for number in range(40)]))
    memory.close()
    used += positions(open_memory().exchange(batch("last"))[-1:])

    assert sorted(set(used)) == used


def test_who_slept_while_others_forgot_goes_on_with_what_is_left(open_memory: Open) -> None:
    sleeper, other = open_memory(), open_memory()
    first = append_all(sleeper, "first")
    names = [f"{number}" for number in range(80)]
    for name in names:
        entry = other.exchange(batch(name, 100))[-1]
        other.forget(entry.position)

    found = sleeper.exchange(batch("awake"))
    expected = [*(batch(name, 100) for name in names), batch("awake")]
    assert expected[-len(found) :] == told(found)
    assert 2 <= len(found) < 81
    assert positions(found)[0] > first[0].position
    assert [] == sleeper.exchange([])
