"""The services that the other tests stand on."""

from __future__ import annotations

from contextlib import closing

import pika
from redis import Redis as Client

from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq
from tests.services.redis import Redis


def publish_durably(url: str, queue: str) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue, durable=True)
        persistent = pika.BasicProperties(delivery_mode=2)
        channel.basic_publish("", queue, b"{}", persistent, mandatory=True)


def test_rabbitmq_keeps_a_durable_queue_over_a_kill(rabbitmq: Rabbitmq) -> None:
    expected = (1, 0)
    with rabbitmq.vhost() as url:
        publish_durably(url, "kept")
        rabbitmq.kill()
        rabbitmq.start()
        assert expected == rabbitmq.depth("kept", url)


def test_elasticsearch_says_its_version_to_clients(elasticsearch: Elasticsearch) -> None:
    answer = elasticsearch.ask("GET", "/")
    assert elasticsearch.version == answer.body["version"]["number"]


def test_redis_answers_a_client_of_its_own_library(redis: Redis) -> None:
    with closing(Client.from_url(redis.url)) as client:
        assert client.ping()
