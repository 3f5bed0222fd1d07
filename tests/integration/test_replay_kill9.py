"""A replay killed at ten random points: nothing is lost, nothing is doubled."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.daemons import Daemon, await_condition
from tests.integration.deadletters import (
    LIMIT_S,
    bury,
    command,
    dead_depth,
    singles,
    start_command,
    triples,
)
from tests.integration.pairs import Pair

SINGLES, TRIPLES = 2000, 100
LETTERS = SINGLES + TRIPLES
KILLS = 10


@pytest.mark.timeout(240)
def test_ten_kills_of_a_replay_lose_and_double_nothing(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    chance = random.Random(f"{type(pair).__name__} 2")
    messages = [*singles(pair.run, SINGLES), *triples(pair.run, SINGLES, TRIPLES)]
    chance.shuffle(messages)
    bury(pair, start_daemon, messages)
    worker = start_daemon(*pair.flags, "--brake-ratio", "0")

    killed = 0
    for enough in sorted(chance.sample(range(1, SINGLES - 200), KILLS)):
        replay = start_command(pair, "replay", "--rate", "1000", "--most-replays", "99")
        # The letters that can't be mended come back, so that there are always some.
        until = time.monotonic() + LIMIT_S
        while dead_depth(pair) >= LETTERS - enough and replay.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(chance.random() * 0.1)
        killed += replay.poll() is None
        replay.kill()
        replay.communicate()
    assert killed >= KILLS - 1

    command(pair, "replay", "--most-replays", "99")
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, worker.log)

    numbers = [*range(SINGLES), *(n for n in range(SINGLES, SINGLES + 3 * TRIPLES))]
    middles = range(SINGLES + 1, SINGLES + 3 * TRIPLES, 3)
    expected = Counter(str(number) for number in numbers if number not in middles)
    assert expected == pair.census()
    assert 0 == worker.stop()
    left = {letter.headers["x-mqworker-identity"] for letter in pair.dead()}
    assert TRIPLES == len(left)
    assert {"1"} == {letter.headers["x-mqworker-positions"] for letter in pair.dead()}
