"""The services that the other tests stand on."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pika
import psutil
import pytest
from redis import Redis as Client

from tests.services.elasticsearch import Elasticsearch
from tests.services.program import GUARD
from tests.services.rabbitmq import Rabbitmq
from tests.services.redis import Redis

ODD_SIGNS = "p%40:s/s @"
FAMILY = "(setsid sleep 300 &) ; sleep 300 & sleep 300"


def publish_durably(url: str, queue: str) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue, durable=True)
        persistent = pika.BasicProperties(delivery_mode=2)
        channel.basic_publish("", queue, b"{}", persistent, mandatory=True)


def make_certificate(directory: Path) -> tuple[bytes, bytes]:
    """Return a self-signed certificate for 127.0.0.1 and its key, both PEM."""
    argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    argv += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    argv += ["-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(argv, cwd=directory, check=True, capture_output=True)
    return (directory / "cert.pem").read_bytes(), (directory / "key.pem").read_bytes()


def wait_until(condition: Callable[[], bool], limit_s: float = 10) -> bool:
    deadline = time.monotonic() + limit_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_rabbitmq_keeps_a_flushed_queue_over_a_kill(rabbitmq: Rabbitmq) -> None:
    expected = (1, 0)
    with rabbitmq.vhost() as url:
        publish_durably(url, "kept")
        rabbitmq.flush()
        rabbitmq.kill()
        rabbitmq.start()
        assert expected == rabbitmq.depth("kept", url)


def test_rabbitmq_gives_each_test_a_virtual_host_without_queues(rabbitmq: Rabbitmq) -> None:
    with rabbitmq.vhost() as url:
        publish_durably(url, "one")
    with rabbitmq.vhost() as url, pytest.raises(KeyError):
        rabbitmq.depth("one", url)


def test_a_rabbitmq_node_of_a_test_takes_configuration_and_files(
    rabbitmq_node: Callable[..., Rabbitmq], tmp_path: Path
) -> None:
    certificate, key = make_certificate(tmp_path)
    config = """
        listeners.ssl.1 = {address}:{tls_port}
        ssl_options.certfile = {files}/cert.pem
        ssl_options.keyfile = {files}/key.pem
        consumer_timeout = 12000
    """
    node = rabbitmq_node(config, files={"cert.pem": certificate, "key.pem": key})
    trusting = ssl.create_default_context(cadata=certificate.decode())
    secure = pika.SSLOptions(trusting, node.host)
    parameters = pika.ConnectionParameters(node.host, node.tls_port, ssl_options=secure)
    with closing(pika.BlockingConnection(parameters)) as connection:
        assert connection.is_open
    assert "{consumer_timeout,12000}" in node.ctl("environment")


def test_elasticsearch_says_its_version_to_clients(elasticsearch: Elasticsearch) -> None:
    answer = elasticsearch.ask("GET", "/")
    assert elasticsearch.version == answer.body["version"]["number"]


@pytest.mark.parametrize("series", ["8", "9"])
def test_an_elasticsearch_node_of_a_test_takes_settings_and_a_password(
    elasticsearch_node: Callable[..., Elasticsearch], series: str
) -> None:
    limit = "http.max_content_length: 64kb"
    node = elasticsearch_node(limit, password=ODD_SIGNS, series=series)
    assert node.ask("GET", "/").body["version"]["number"].startswith(series)
    assert node.ask("PUT", "/i/_doc/1", {"text": "a" * 100_000}).status == 413


def test_elasticsearch_keeps_its_documents_over_a_kill(elasticsearch: Elasticsearch) -> None:
    elasticsearch.ask("PUT", "/kept-over-kill/_create/1", {})
    elasticsearch.kill()
    elasticsearch.start()
    assert elasticsearch.ask("GET", "/kept-over-kill/_doc/1").status == 200
    elasticsearch.ask("DELETE", "/kept-over-kill")


def test_redis_answers_a_client_of_its_own_library(redis: Redis) -> None:
    with closing(Client.from_url(redis.url)) as client:
        assert client.ping()


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_no_process_is_left_when_the_tests_let_go(end: str) -> None:
    argv = [sys.executable, "-I", str(GUARD), "sh", "-c", FAMILY]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True) as guard:
        root = psutil.Process(guard.pid)
        assert wait_until(lambda: len(root.children(recursive=True)) == 4)
        family = root.children(recursive=True)
        if end == "terminate":
            guard.terminate()
    assert [] == [each for each in family if each.is_running()]
