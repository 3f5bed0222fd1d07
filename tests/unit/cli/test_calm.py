from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from mqworker.cli.calm import Calm, kind_of
from mqworker.core.repeats import Bound
from mqworker.daemon import PAUSE_S
from tests.unit.cli.loggers import logger


class Page(logging.Handler):
    """Takes down what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def said(self) -> list[str]:
        return [record.getMessage() for record in self.records]


@dataclass
class Desk:
    """A logger behind a calm handler, and the hands of its clock."""

    bound: Bound = field(default_factory=lambda: Bound(most=2, window_s=30.0))
    now: float = 0.0
    log: logging.Logger = field(default_factory=logging.getLogger)

    def __post_init__(self) -> None:
        self.page = Page()
        self.calm = Calm(self.page, self.bound, lambda: self.now)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    with logger("mqworker.test", made.calm) as made.log:
        yield made


def test_repeats_are_held_back_and_told_once_with_their_number(desk: Desk) -> None:
    for number in range(134):
        desk.log.warning("no answer from %s", f"host-{number}")
    desk.now = 30.0
    desk.log.info("something else")

    assert desk.page.said == [
        "no answer from host-0",
        "no answer from host-1",
        "132 more like this in 30 s, the last: no answer from host-133",
        "something else",
    ]
    told = desk.page.records[2]
    assert ("WARNING", "mqworker.test", 132) == (told.levelname, told.name, vars(told)["held_back"])


def test_other_formats_levels_and_loggers_are_other_kinds(desk: Desk) -> None:
    for _ in range(5):
        desk.log.warning("no answer from %s", "a")
    desk.log.error("no answer from %s", "a")
    desk.log.warning("no answer at all from %s", "a")
    with logger("mqworker.other", desk.calm) as other:
        other.warning("no answer from %s", "a")

    assert "no answer from a" == desk.page.said[4]


def test_a_format_without_words_is_told_apart_by_its_text(desk: Desk) -> None:
    for text in "abcdef":
        desk.log.warning("%s", f"the option {text} is doubtful")

    assert len(desk.page.said) == 6


def test_two_defects_under_one_message_are_two_kinds(desk: Desk) -> None:
    for _ in range(5):
        for flaw in (lambda: 1 / 0, lambda: int("x")):
            try:
                flaw()
            except (ArithmeticError, ValueError):
                desk.log.exception("a defect")

    kinds = {kind_of(record) for record in desk.page.records}
    assert (2, 4) == (len(kinds), len(desk.page.said))


def test_what_is_held_back_is_told_at_the_end(desk: Desk) -> None:
    for _ in range(5):
        desk.log.error("again")
    desk.calm.close()

    assert desk.page.said[-1] == "3 more like this in 30 s, the last: again"


def test_what_is_held_back_is_told_when_nothing_more_is_logged() -> None:
    page = Page()
    with logger("mqworker.test", Calm(page, Bound(most=1, window_s=0.05))) as log:
        for _ in range(3):
            log.error("again")
        limit = time.monotonic() + 10
        while len(page.said) < 2 and time.monotonic() < limit:
            time.sleep(0.01)

    assert page.said[-1].startswith("2 more like this")


def test_lives_of_processes_are_never_held_back(desk: Desk) -> None:
    with logger("mqworker.supervisor", desk.calm) as log:
        for number in range(256):
            log.info("worker %d started", number)
        assert len(desk.page.said) == 256
        assert desk.calm.timer is None


def test_the_attempts_of_a_start_are_slower_than_what_is_held_back() -> None:
    bound = Bound()
    assert bound.most * PAUSE_S > bound.window_s
