"""What the console measures of queues, by the broker that they are at."""

from __future__ import annotations

from contextlib import closing
from uuid import uuid4

import pytest

from mqworker.brokers.kombu import KombuOptions
from mqworker.config.settings import Settings
from mqworker.core.console.overview import Depth
from mqworker.core.deadletter import Grave
from mqworker.core.errors import Misconfigured
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.kombu import KombuPublisher
from mqworker.sources.sqlite import SqliteSource
from mqworker.wiring.gauge import open_gauge, others_looking
from tests.integration.events import bad_messages
from tests.integration.pairs import DEAD_QUEUE, QUEUE, Embedded
from tests.services.redis import Redis


def test_in_redis_what_waits_is_measured(redis: Redis) -> None:
    queue = f"events-{uuid4().hex}"
    dead = Grave(queue).dead_queue
    with closing(KombuPublisher(KombuOptions((redis.url,), queue=queue))) as publisher:
        publisher.publish([Publication(b"x", PlainProperties(), "", dead)] * 3)
    settings = Settings(broker=(redis.url,), queue=(queue,))

    with closing(open_gauge(settings, [queue, dead])) as gauge:
        assert {queue: Depth(0), dead: Depth(3)} == gauge.measure()
    assert not others_looking(settings)()


def test_at_the_embedded_broker_what_is_in_hands_is_measured_too(embedded: Embedded) -> None:
    settings = Settings(broker=(embedded.broker,), queue=(QUEUE,))
    with pytest.raises(Misconfigured, match="does not exist"):
        open_gauge(settings, [QUEUE])

    with closing(SqliteSource(embedded.queues, QUEUE, exchanges=[QUEUE])) as source:
        source.receive(1, 0.0)
        embedded.publish([*bad_messages(embedded.run, 3)])
        assert source.receive(1, 5)
        with closing(open_gauge(settings, [QUEUE, DEAD_QUEUE])) as gauge:
            assert {QUEUE: Depth(2, 1), DEAD_QUEUE: Depth(0, 0)} == gauge.measure()
            gauge.close()


def test_another_broker_does_not_tell() -> None:
    with pytest.raises(Misconfigured, match=r"sqs:// does not tell how many messages wait"):
        open_gauge(Settings(broker=("sqs://",)), [QUEUE])
