"""The durable broker and the one in memory are the same, whatever is done to them."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mqworker.brokers.memory import MemoryBroker
from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.message import Delivery, PlainProperties, Publication
from mqworker.publishers.memory import MemoryPublisher
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sources.memory import MemorySource
from mqworker.sources.sqlite import SqliteSource

WHO = st.integers(0, 1)
PREFETCH = 4


class Twins(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.path = self.directory / "broker.db"
        self.memory = MemoryBroker()
        self.durable = SqliteBroker(self.path)
        self.sources = [self.opened(), self.opened()]
        self.publishers = [MemoryPublisher(self.memory), SqlitePublisher(self.path)]
        self.open: list[list[tuple[Delivery, Delivery]]] = [[], []]
        self.published = 0

    def opened(self) -> tuple[MemorySource, SqliteSource]:
        durable = SqliteSource(self.path, "q", exchanges=["x"], prefetch=PREFETCH)
        durable.receive(0, 0)
        return MemorySource(self.memory, "q", exchanges=["x"], prefetch=PREFETCH), durable

    @rule(count=st.integers(1, 4), exchange=st.sampled_from(["", "x"]))
    def publish(self, count: int, exchange: str) -> None:
        properties = PlainProperties(message_id=str(self.published))
        bodies = [b"%d" % (self.published + number) for number in range(count)]
        self.published += count
        for publisher in self.publishers:
            publisher.publish([Publication(body, properties, exchange, "q") for body in bodies])

    @rule(who=WHO, limit=st.integers(0, 6))
    def receive(self, who: int, limit: int) -> None:
        memory, durable = (source.receive(limit, 0) for source in self.sources[who])
        assert [seen(each) for each in memory] == [seen(each) for each in durable]
        self.open[who] += zip(memory, durable, strict=True)

    @rule(who=WHO, data=st.data())
    def settle(self, who: int, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self.open[who]))) if self.open[who] else []
        for side, source in enumerate(self.sources[who]):
            source.settle([pair[side].tag for pair in chosen])

    @rule(who=WHO)
    def leave_and_return(self, who: int) -> None:
        for source in self.sources[who]:
            source.close()
        self.sources[who] = self.opened()
        self.open[who].clear()

    @rule(who=WHO)
    def lose_the_channel(self, who: int) -> None:
        memory, durable = self.sources[who]
        self.memory.leave(memory.consumer)
        memory.connect()
        if durable.consumer is not None:
            durable.consumer.abandon()
        durable.forget()
        durable.receive(0, 0)

    @invariant()
    def nothing_is_lost_and_both_agree(self) -> None:
        assert self.memory.peek("q", 100) == self.durable.peek("q", 100)

    def teardown(self) -> None:
        for pair in self.sources:
            for source in pair:
                source.close()
        self.publishers[1].close()
        self.durable.close()
        shutil.rmtree(self.directory)


def seen(delivery: Delivery) -> tuple[object, ...]:
    return (
        delivery.body,
        delivery.properties,
        delivery.redelivered,
        delivery.exchange,
        delivery.routing_key,
        delivery.tag.channel,
    )


Twins.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestTheTwinsDoTheSameWhateverIsDoneToThem = Twins.TestCase
