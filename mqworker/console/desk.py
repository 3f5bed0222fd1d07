"""The dead letters: looked through, put back, removed; one thing at a time, in a thread of its own.

1. A look holds letters for as long as it lasts and gives them back at its end; it does not begin
   while somebody else looks, so that no replay is disturbed.
2. What is removed are letters that a look found before, and nothing that died since.
3. Whatever is being done ends in good order when it is told to stop: each letter was settled, or
   goes back to its place.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count as counting
from threading import Event, Lock
from typing import Any

from mqworker.core.console.job import Deed, Job
from mqworker.core.console.letters import Snapshot
from mqworker.core.errors import MqworkerError
from mqworker.core.letter import EVERY, Key, Letter, Selection
from mqworker.core.replay import Plan
from mqworker.core.toll import Toll
from mqworker.core.urls import redact_text
from mqworker.perusing import peruse
from mqworker.ports import Publisher, Shelf
from mqworker.removing import remove
from mqworker.replaying import Replay

log = logging.getLogger(__name__)

MOST_LETTERS = 5_000
MOST_BYTES = 64 * 2**20
"""What a look keeps of the letters that it finds; the others are counted."""

RATE = 200.0
"""Messages that a replay puts back in a second, at most."""


class Busy(Exception):
    """Something else is being done with the letters; the text says what."""


class Stopped(Exception):
    """Ends what is being done."""


@dataclass(frozen=True, slots=True)
class Stacks:
    """How the letters are reached.

    open_shelf: opens the dead-letter queue. open_returns: what puts messages back.
    count: returns how many letters wait. others: tells whether somebody else looks through them.
    ahead: letters that the broker hands over before something was decided about the first.
    """

    open_shelf: Callable[[], Shelf]
    open_returns: Callable[[], Publisher]
    count: Callable[[], int]
    others: Callable[[], bool] = lambda: False
    ahead: int = 200


@dataclass
class Pile:
    """The newest letters of those that are put onto it, as many as there is room for."""

    kept: deque[Letter] = field(default_factory=deque)
    size: int = 0
    dropped: int = 0

    def add(self, letter: Letter) -> None:
        """Put one more onto it, which is newer than the others."""
        self.kept.append(letter)
        self.size += len(letter.delivery.body)
        while len(self.kept) > MOST_LETTERS or (self.size > MOST_BYTES and len(self.kept) > 1):
            self.size -= len(self.kept.popleft().delivery.body)
            self.dropped += 1


class Task:
    """What is being done, or was done last; told to who asks by `job`."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.began = datetime.now(UTC)
        self.ended: datetime | None = None
        self.done = self.total = 0
        self.fates: Mapping[Any, int] = Counter()
        self.error = ""
        self.halt = Event()

    @property
    def job(self) -> Job:
        """How far it is."""
        fates = dict(self.fates)
        return Job(self.deed, self.began, self.done, self.total, self.ended, fates, self.error)

    def advance(self, more: int) -> None:
        """Note that something was decided about some more letters.

        Raises:
            Stopped: that is enough.
        """
        self.done += more
        self.check()

    def sleep(self, seconds: float) -> None:
        """Wait, or stop; see `advance`."""
        self.halt.wait(seconds)
        self.check()

    def check(self) -> None:
        """Stop if that is wanted; see `advance`."""
        if self.halt.is_set():
            raise Stopped


class Desk:
    """Where one thing at a time is done with the letters. Its methods may be called by any thread.

    snapshots: what was found, by what was looked for: all, and the last selection beside it.
    """

    def __init__(self, stacks: Stacks) -> None:
        self.stacks = stacks
        self.turn = Lock()
        self.pool = ThreadPoolExecutor(1, "letters")
        self.numbers = counting(1)
        self.task: Task | None = None
        self.running: Future[None] | None = None
        self.snapshots: dict[Selection, Snapshot] = {}

    @property
    def job(self) -> Job | None:
        """What is being done, or was done last."""
        return self.task.job if self.task else None

    @property
    def is_busy(self) -> bool:
        """Whether something is being done."""
        return self.running is not None and not self.running.done()

    def look(self, selection: Selection) -> None:
        """Begin to look for letters.

        Raises:
            Busy: something else is being done.
        """
        self.begin("look", lambda task: self.find(selection, task))

    def replay(self, plan: Plan) -> None:
        """Begin to put letters back; see `look`."""
        self.begin("replay", lambda task: self.put_back(plan, task))

    def remove(self, doomed: Collection[Key]) -> None:
        """Begin to remove letters; see `look`."""
        self.begin("remove", lambda task: self.clear(doomed, task))

    def begin(self, deed: Deed, work: Callable[[Task], None]) -> None:
        """Begin to do something; see `look`."""
        with self.turn:
            if self.is_busy:
                raise Busy("Something else is being done with the dead letters: wait for its end.")
            self.task = Task(deed)
            self.running = self.pool.submit(self.carry_out, self.task, work)

    def carry_out(self, task: Task, work: Callable[[Task], None]) -> None:
        """Do something, and note how it ended."""
        try:
            self.begin_alone(task)
            work(task)
        except Stopped:
            task.error = "Stopped before its end."
        except (Busy, MqworkerError) as error:
            task.error = redact_text(str(error))
        except Exception:
            log.exception("a defect while dead letters were worked on")
            task.error = "A defect of mqworker; it is in its log."
        finally:
            task.ended = datetime.now(UTC)
            if task.deed != "look":
                self.snapshots = {}
                told = " ".join(f"{name}={number}" for name, number in task.fates.items())
                log.info("%s dead letters %s error=%r", task.deed, told, task.error)

    def begin_alone(self, task: Task) -> None:
        """Count the letters, unless somebody has them in hand.

        Raises:
            Busy: somebody has.
            BrokerUnavailable, Misconfigured: they can't be counted.
        """
        if self.stacks.others():
            raise Busy("Another command looks through the dead letters now: wait for its end.")
        task.total = self.stacks.count()

    def find(self, selection: Selection, task: Task) -> None:
        """Look through all letters, and keep those that are meant."""
        toll, pile, stacks = Toll(), Pile(), self.stacks
        with closing(stacks.open_shelf()) as shelf:
            for letters in peruse(shelf, stacks.count, stacks.ahead // 2):
                shelf.hold([letter.delivery.tag for letter in letters])
                for letter in filter(selection.takes, letters):
                    toll.add(letter)
                    pile.add(letter)
                task.advance(len(letters))
        newest = tuple(reversed(pile.kept))
        self.keep(
            Snapshot(
                next(self.numbers),
                selection,
                newest,
                pile.dropped,
                toll,
                task.done,
                datetime.now(UTC),
            )
        )

    def keep(self, found: Snapshot) -> None:
        """Keep what was found, beside the last look for all."""
        every = {} if found.selection == EVERY else self.snapshots
        self.snapshots = {
            **{key: one for key, one in every.items() if key == EVERY},
            found.selection: found,
        }

    def put_back(self, plan: Plan, task: Task) -> None:
        """Put letters back."""
        stacks = self.stacks
        with closing(stacks.open_returns()) as publisher, closing(stacks.open_shelf()) as shelf:
            run = Replay(shelf, publisher, plan, RATE, sleep=task.sleep)
            task.fates = run.fates
            run.run(stacks.count, task.advance)

    def clear(self, doomed: Collection[Key], task: Task) -> None:
        """Remove letters."""
        stacks = self.stacks
        with closing(stacks.open_shelf()) as shelf:
            removed = remove(shelf, doomed, stacks.count, stacks.ahead // 2, task.advance)
        task.fates = {"removed": removed}

    def wait(self, limit_s: float) -> None:
        """Wait for the end of what is being done, at most so many seconds."""
        if self.running is not None:
            wait([self.running], limit_s)

    def stop(self) -> None:
        """End what is being done."""
        if self.task:
            self.task.halt.set()

    def close(self) -> None:
        """End in good order. A second call does nothing."""
        self.stop()
        self.pool.shutdown()
