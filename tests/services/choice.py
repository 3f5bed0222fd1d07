"""Chooses where each service comes from; the order stands at the head of this package."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, Protocol

from tests.services import distribution
from tests.services.elasticsearch import Elasticsearch
from tests.services.elasticsearch_local import start_elasticsearch
from tests.services.engine import engine_answers
from tests.services.lifecycle import Foreign, Lifecycle, SeriesMissing, ServiceMissing
from tests.services.rabbitmq import Rabbitmq
from tests.services.rabbitmq_local import start_rabbitmq
from tests.services.redis import Redis
from tests.services.redis_local import start_redis
from tests.services.scratch import Scratch


class Node(Protocol):
    """What all the services have in common."""

    lifecycle: Lifecycle

    def start(self) -> None:
        """Start it unless it runs, and wait until it serves."""


def rabbitmq(scratch: Scratch) -> Rabbitmq:
    """Return the RabbitMQ that the tests share."""
    if url := os.environ.get("MQWORKER_TEST_AMQP_URL"):
        return Rabbitmq(Foreign(), url)
    return rabbitmq_node(scratch)


def elasticsearch(scratch: Scratch) -> Elasticsearch:
    """Return the Elasticsearch that the tests share."""
    if url := os.environ.get("MQWORKER_TEST_ELASTICSEARCH_URL"):
        node = Elasticsearch(Foreign(), url.rstrip("/"))
        node.version = node.ask("GET", "/").body["version"]["number"]
        return node
    return elasticsearch_node(scratch)


def redis(scratch: Scratch) -> Redis:
    """Return the Redis that the tests share."""
    if url := os.environ.get("MQWORKER_TEST_REDIS_URL"):
        return Redis(Foreign(), url)
    return redis_node(scratch)


def rabbitmq_node(scratch: Scratch, *args: Any, **kwargs: Any) -> Rabbitmq:
    """Start a RabbitMQ; arguments as `rabbitmq_local.start_rabbitmq`."""
    if engine_answers():
        from tests.services import containers

        return containers.start_rabbitmq(*args, **kwargs)
    return start_rabbitmq(scratch.directory("rabbitmq"), *args, **kwargs)


def elasticsearch_node(scratch: Scratch, *args: Any, **kwargs: Any) -> Elasticsearch:
    """Start an Elasticsearch; arguments as `elasticsearch_local.start_elasticsearch`."""
    if engine_answers():
        from tests.services import containers

        return containers.start_elasticsearch(*args, **kwargs)
    return start_elasticsearch(scratch.directory("elasticsearch"), *args, **kwargs)


def redis_node(scratch: Scratch, *args: Any, **kwargs: Any) -> Redis:
    """Start a Redis; arguments as `redis_local.start_redis`."""
    if engine_answers():
        from tests.services import containers

        return containers.start_redis(*args, **kwargs)
    return start_redis(scratch.directory("redis"), *args, **kwargs)


def prepare_elasticsearch(series: str | None) -> None:
    """Fetch the server if one is to be started here; what is missing is told by the fixture."""
    shared = series is None and os.environ.get("MQWORKER_TEST_ELASTICSEARCH_URL")
    if not shared and not engine_answers():
        with suppress(ServiceMissing, SeriesMissing):
            distribution.fetch(series)
