"""Jobs of many requests on their way to the broker within the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from mqworker.brokers.memory import MemoryBroker
from mqworker.core.errors import BrokerUnavailable, Misconfigured, MqworkerError
from mqworker.core.message import PlainProperties, Publication
from mqworker.intake.outflow import Bounds, Job, Outflow, Outlet, Word
from mqworker.publishers.memory import MemoryPublisher
from tests.daemons import await_condition

LIMIT_S = 10.0


def message(body: bytes = b"x") -> Publication:
    return Publication(body, PlainProperties(), "eventtask", "eventtask")


@dataclass
class Asked:
    """A job, and the word on it."""

    events: int = 1
    letters: int = 0
    body: bytes = b"x"
    words: list[Word] = field(default_factory=list)
    told: threading.Event = field(default_factory=threading.Event)

    def job(self) -> Job:
        events = [message(self.body)] * self.events
        letters = [message(b"letter")] * self.letters
        return Job(events, letters, len(self.body) * self.events, self.settle)

    def settle(self, word: Word) -> None:
        self.words.append(word)
        self.told.set()

    @property
    def word(self) -> Word:
        assert self.told.wait(LIMIT_S)
        (word,) = self.words
        return word


@dataclass
class Site:
    """An outflow over a broker that can be made to fail, refuse and wait."""

    broker: MemoryBroker = field(default_factory=MemoryBroker)
    gate: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None
    letter_error: MqworkerError | None = None
    reach_error: Exception | None = None
    batches: list[int] = field(default_factory=list)

    def outlet(self) -> Outlet:
        return Outlet(
            Gated(self, self.publisher(lambda _: None)),
            self.publisher(lambda _: self.letter_error),
            self.reach,
        )

    def publisher(self, judge: Callable[[Publication], MqworkerError | None]) -> MemoryPublisher:
        where = {"queues": ("eventtask",), "exchanges": ("eventtask",)}
        return MemoryPublisher(self.broker, judge=judge, **where)

    def reach(self) -> None:
        if self.reach_error:
            raise self.reach_error

    @contextmanager
    def outflow(self, bounds: Bounds | None = None) -> Iterator[Outflow]:
        flow = Outflow([self.outlet()], bounds or Bounds())
        flow.start(LIMIT_S)
        try:
            yield flow
        finally:
            self.gate.set()
            flow.close()


@dataclass
class Gated:
    """Publishes when the gate is open, and notes how much came together."""

    site: Site
    publisher: MemoryPublisher

    def publish(self, publications: list[Publication]) -> None:
        assert self.site.gate.wait(LIMIT_S)
        self.site.batches.append(len(publications))
        if self.site.error:
            raise self.site.error
        self.publisher.publish(publications)

    def close(self) -> None:
        self.publisher.close()


@pytest.fixture
def site() -> Site:
    return Site()


def test_a_job_is_confirmed_when_the_broker_has_it(site: Site) -> None:
    asked = Asked(events=3)
    with site.outflow() as flow:
        assert flow.offer(asked.job()) is None
        assert [] == asked.words
        site.gate.set()

        assert "confirmed" == asked.word
    assert 3 == site.broker.depth("eventtask")[0]


def test_what_waits_goes_together_within_the_bounds(site: Site) -> None:
    asked = [Asked(events=count) for count in (1, 2, 3, 4, 9, 1)]
    with site.outflow(Bounds(together=5)) as flow:
        flow.offer(asked[0].job())
        while flow.waiting:  # the lane has the first in hand
            pass
        for each in asked[1:]:
            flow.offer(each.job())
        site.gate.set()

        assert ["confirmed"] * 6 == [each.word for each in asked]
    assert [1, 5, 4, 9, 1] == site.batches


@pytest.mark.parametrize("error", [BrokerUnavailable("away"), Misconfigured("unroutable")])
def test_a_failure_is_told_to_all_that_wait_and_nothing_more_is_taken(
    site: Site, error: MqworkerError
) -> None:
    asked = [Asked(), Asked(), Asked()]
    with site.outflow(Bounds(together=1)) as flow:
        for each in asked:
            flow.offer(each.job())
        site.error = site.reach_error = error
        site.gate.set()

        assert ["unconfirmed"] * 3 == [each.word for each in asked]
        assert not flow.ready
        assert "unconfirmed" == flow.offer(Asked().job())


def test_a_defect_costs_the_jobs_in_hand_and_not_the_lane(site: Site) -> None:
    asked, later = Asked(), Asked()
    with site.outflow() as flow:
        site.error = ZeroDivisionError()
        flow.offer(asked.job())
        site.gate.set()
        assert "unconfirmed" == asked.word
        site.error = None

        while flow.offer(later.job()):
            threading.Event().wait(0.01)

        assert "confirmed" == later.word


def test_it_takes_jobs_again_when_the_broker_is_back(site: Site) -> None:
    site.gate.set()
    site.reach_error = BrokerUnavailable("away")
    with site.outflow() as flow:
        assert "unconfirmed" == flow.offer(Asked().job())
        site.reach_error = None
        asked = Asked()

        while flow.offer(asked.job()):
            threading.Event().wait(0.01)

        assert "confirmed" == asked.word


def test_a_broker_that_refuses_for_good_is_told_at_the_start(site: Site) -> None:
    site.reach_error = Misconfigured("wrong password")

    with pytest.raises(Misconfigured, match="wrong password"), site.outflow():
        pass


def test_what_waits_is_bounded_in_number_and_bytes(site: Site) -> None:
    with site.outflow(Bounds(count=3, size=100)) as flow:
        flow.offer(Asked().job())
        while flow.waiting:
            pass

        assert [None, "full", None, "full"] == [
            flow.offer(Asked(events=count).job()) for count in (2, 2, 1, 1)
        ]
    with site.outflow(Bounds(count=3, size=100)) as flow:
        assert flow.offer(Asked(body=b"x" * 1000).job()) is None  # a large one goes alone


def test_a_dead_letter_that_fails_costs_its_own_job_only(site: Site) -> None:
    with_letter, without = Asked(letters=1), Asked()
    site.letter_error = BrokerUnavailable("too large")
    with site.outflow() as flow:
        flow.offer(with_letter.job())
        flow.offer(without.job())
        site.gate.set()

        assert ("unconfirmed", "confirmed") == (with_letter.word, without.word)


def test_at_the_end_what_is_in_hand_is_confirmed_and_the_rest_told(site: Site) -> None:
    asked = Asked()
    with site.outflow() as flow:
        flow.offer(asked.job())
        while flow.waiting:
            pass
        site.gate.set()
        flow.close()

        assert "confirmed" == asked.word
        assert "unconfirmed" == flow.offer(Asked().job())


def test_a_lane_that_hangs_is_seen_and_an_idle_one_is_not(site: Site) -> None:
    asked = Asked()
    with site.outflow() as flow:
        time.sleep(1.5)
        assert flow.pulse.slowest(flow.clock())[1] < 1.4
        flow.offer(asked.job())
        await_condition(lambda: flow.pulse.slowest(flow.clock())[1] > 1.5, LIMIT_S)
        assert "broker" == flow.pulse.slowest(flow.clock())[0]
        site.gate.set()

        assert "confirmed" == asked.word
        await_condition(lambda: flow.pulse.slowest(flow.clock())[1] < 1.4, LIMIT_S)
