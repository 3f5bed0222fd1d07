"""kill -9 in mid-stream, again and again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.daemons import Daemon, await_condition
from tests.integration.events import bad_messages, messages
from tests.integration.pairs import Found, Pair

EVENTS = 50_000
PLANTED = 50
LIMIT_S = 60.0

# Who is killed in the life of one `mqworker run`; the last kill ends it.
LIVES = [
    *[("worker",)] * 4,
    ("supervisor",),
    *[("child", "supervisor")] * 2,
    ("child", "child", "supervisor"),
]
KILLS = sum(map(len, LIVES))
# What is in hand is less than what is left for the last kill.
ALONE = ("--prefetch", "2000")
PROCESSES = ("--processes", "2", "--prefetch", "1000")


@dataclass
class Massacre:
    """Kills workers of one queue, at moments spread over its messages."""

    pair: Pair
    start_daemon: Callable[..., Daemon]
    chance: random.Random
    killed: list[int] = field(default_factory=list)
    daemons: list[Daemon] = field(default_factory=list)

    def start(self, *flags: str) -> Daemon:
        self.daemons.append(self.start_daemon(*self.pair.flags, *flags))
        return self.daemons[-1]

    def live(self, victims: tuple[str, ...]) -> None:
        """Start a daemon and kill these of its processes, one after the other."""
        daemon = self.start(*(PROCESSES if "supervisor" in victims else ALONE))
        for victim in victims:
            self.kill(daemon, self.await_victim(daemon, victim))
        daemon.wait()

    def await_victim(self, daemon: Daemon, victim: str) -> int:
        """Return the pid of a process to kill, when it or its children have begun to work."""

        def working() -> list[int]:
            pids = set(daemon.children or [daemon.pid]) & set(daemon.said("sink ready"))
            # A child that was killed may not have been buried yet.
            return sorted(pids - set(self.killed))

        pids = await_condition(working, LIMIT_S, daemon.log)
        return self.chance.choice(pids) if victim == "child" else daemon.pid

    def kill(self, daemon: Daemon, pid: int) -> None:
        """Kill a process in mid-stream, and see that it was."""
        planned = (len(self.killed) + self.chance.random()) / (KILLS + 1) * EVENTS
        enough = max(planned, self.settled(self.pair.depth()) + self.chance.randrange(500))

        def amid() -> Found | None:
            depth = self.pair.depth()
            return depth if self.settled(depth) > enough and depth.unsettled else None

        depth = await_condition(amid, LIMIT_S, daemon.log)
        os.kill(pid, signal.SIGKILL)
        self.killed.append(pid)
        assert depth.unsettled > 0
        assert depth.ready > 0
        assert 0 < self.pair.stored() < EVENTS

    @staticmethod
    def settled(depth: Found) -> int:
        return EVENTS + PLANTED - sum(depth)


@pytest.mark.timeout(300)
def test_fifty_thousand_events_and_a_dozen_kills_lose_and_double_nothing(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    chance = random.Random(f"{type(pair).__name__} 1")
    planted = list(bad_messages(pair.run, PLANTED))
    sent = [*messages(pair.run, EVENTS), *planted]
    chance.shuffle(sent)
    pair.publish(sent)

    massacre = Massacre(pair, start_daemon, chance)
    for victims in chance.sample(LIVES, len(LIVES)):
        massacre.live(victims)
    last = massacre.start()
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, last.log)

    assert last.stop() == 0
    assert KILLS == len(massacre.killed) == 12
    assert Counter(str(number) for number in range(EVENTS)) == pair.census()
    assert {each.body for each in planted} == {letter.body for letter in pair.dead()}
    assert sum(daemon.totals()["redelivered"] for daemon in massacre.daemons) > 0
