"""What a worker knows of the world by itself: time, chance and threads."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from mqworker.lanes import LaneMaker, Lanes


@dataclass(frozen=True, slots=True)
class Outside:
    """Where a worker has the time, chance and threads from.

    clock: monotonic seconds. wall: seconds since 1970. chance: a random number in [0, 1).
    """

    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random
    lanes: LaneMaker = Lanes


OUTSIDE = Outside()
