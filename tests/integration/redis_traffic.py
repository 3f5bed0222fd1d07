"""Publishing to a Redis and receiving from it, for the tests of both."""

from __future__ import annotations

import json
import time
from contextlib import closing

from mqworker.brokers.kombu import KombuOptions
from mqworker.core.message import Delivery, PlainProperties, Publication
from mqworker.publishers.kombu import KombuPublisher
from mqworker.sources.redis import RedisSource

LEASE_S = 1.0


def options(url: str, queue: str, prefetch: int = 1000) -> KombuOptions:
    return KombuOptions(
        (f"{url}?visibility_timeout={LEASE_S}&socket_timeout=1",),
        queue,
        (queue,),
        prefetch=prefetch,
    )


def publish(url: str, queue: str, count: int) -> list[bytes]:
    bodies = [json.dumps({"n": number}).encode() for number in range(count)]
    with closing(KombuPublisher(options(url, queue))) as publisher:
        publisher.publish([Publication(body, PlainProperties(), queue, queue) for body in bodies])
    return bodies


def await_some(source: RedisSource, count: int, limit_s: float = 30) -> list[Delivery]:
    """Receive until `count` messages are there."""
    got: list[Delivery] = []
    until = time.monotonic() + limit_s
    while len(got) < count and time.monotonic() < until:
        got += source.receive(count - len(got), 0.2)
    return got


def bodies(deliveries: list[Delivery]) -> list[bytes]:
    return [delivery.body for delivery in deliveries]
