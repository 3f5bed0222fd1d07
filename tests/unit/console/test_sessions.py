from __future__ import annotations

from mqworker.console.sessions import IDLE_S, MOST, Sessions


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_was_let_in_is_known_by_a_secret_and_has_a_word_of_their_own() -> None:
    sessions = Sessions(Clock())
    one, other = sessions.begin(), sessions.begin()

    assert one != other
    found = sessions.find(one)
    assert found is not None
    assert found is sessions.find(one)
    assert found.word != sessions.find(other).word  # type: ignore[union-attr]
    assert found.word not in repr(found)
    assert sessions.find("") is sessions.find("other") is None


def test_who_does_nothing_for_long_is_forgotten() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    busy, idle = sessions.begin(), sessions.begin()

    clock.now += IDLE_S
    assert sessions.find(busy)
    clock.now += 1
    assert sessions.find(busy)
    assert sessions.find(idle) is None


def test_who_leaves_is_forgotten() -> None:
    sessions = Sessions(Clock())
    secret = sessions.begin()
    sessions.end(secret)
    sessions.end("other")

    assert sessions.find(secret) is None


def test_there_are_so_many_at_once_and_the_idlest_goes() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    secrets = []
    for _ in range(MOST + 1):
        clock.now += 1
        secrets.append(sessions.begin())

    assert sessions.find(secrets[0]) is None
    assert all(sessions.find(each) for each in secrets[1:])
