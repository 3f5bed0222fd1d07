"""What a test may ask for: a real service shared by the session, or one of its own.

Shared: `rabbitmq`, `elasticsearch`, `redis`. A test may stop and kill them: they are started
again after it. For other settings: `rabbitmq_node`, `elasticsearch_node`, `redis_node`, which
start a server for one test and end it after that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.services import choice
from tests.services.choice import Node
from tests.services.distribution import SERIES
from tests.services.elasticsearch import Elasticsearch
from tests.services.lifecycle import SeriesMissing, ServiceMissing
from tests.services.rabbitmq import Rabbitmq
from tests.services.redis import Redis
from tests.services.scratch import Scratch, scratch_space

FIXTURES = {"rabbitmq", "elasticsearch", "redis"}
FIXTURES |= {f"{name}_node" for name in FIXTURES}
SHARED: list[Node] = []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for a service, before `-m` chooses."""
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("services")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch what is to be fetched now: a first download is no part of any test's time limit."""
    if session.config.option.collectonly:
        return
    wanted = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if "elasticsearch" in wanted:
        choice.prepare_elasticsearch(None)
    if "elasticsearch_node" in wanted:
        for series in SERIES:
            choice.prepare_elasticsearch(series)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Start again what a test stopped."""
    for node in SHARED:
        if not node.lifecycle.running():
            node.start()


@pytest.fixture(scope="session")
def _scratch() -> Iterator[Scratch]:
    with scratch_space() as scratch:
        yield scratch


@pytest.fixture(scope="session")
def rabbitmq(_scratch: Scratch) -> Iterator[Rabbitmq]:
    """A RabbitMQ for the session; `with rabbitmq.vhost() as url` keeps tests apart."""
    yield from _shared(lambda: choice.rabbitmq(_scratch))


@pytest.fixture(scope="session")
def elasticsearch(_scratch: Scratch) -> Iterator[Elasticsearch]:
    """An Elasticsearch for the session; tests keep apart by index names of their own."""
    yield from _shared(lambda: choice.elasticsearch(_scratch))


@pytest.fixture(scope="session")
def redis(_scratch: Scratch) -> Iterator[Redis]:
    """A Redis for the session; tests keep apart by key names of their own."""
    yield from _shared(lambda: choice.redis(_scratch))


@pytest.fixture
def rabbitmq_node(_scratch: Scratch) -> Iterator[Callable[..., Rabbitmq]]:
    """Start RabbitMQ nodes for this test: `rabbitmq_node(config, plugins, files, env)`."""
    yield from _factory(choice.rabbitmq_node, _scratch)


@pytest.fixture
def elasticsearch_node(_scratch: Scratch) -> Iterator[Callable[..., Elasticsearch]]:
    """Start Elasticsearch nodes: `elasticsearch_node(yml, password, files, series)`."""
    yield from _factory(choice.elasticsearch_node, _scratch)


@pytest.fixture
def redis_node(_scratch: Scratch) -> Iterator[Callable[..., Redis]]:
    """Start Redis servers for this test: `redis_node()`."""
    yield from _factory(choice.redis_node, _scratch)


def _shared(start: Callable[[], Any]) -> Iterator[Any]:
    node = _present(start)
    SHARED.append(node)
    yield node
    SHARED.remove(node)
    node.lifecycle.discard()


def _factory(start: Callable[..., Any], scratch: Scratch) -> Iterator[Callable[..., Any]]:
    with ExitStack() as started:

        def start_one(*args: Any, **kwargs: Any) -> Any:
            node = _present(lambda: start(scratch, *args, **kwargs))
            started.callback(node.lifecycle.discard)
            return node

        yield start_one


def _present(start: Callable[[], Any]) -> Any:
    """Start a service; what can't be had fails in CI and skips elsewhere."""
    try:
        return start()
    except SeriesMissing as missing:
        pytest.skip(str(missing))
    except ServiceMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))
