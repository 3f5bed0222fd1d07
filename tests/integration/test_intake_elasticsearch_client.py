"""The real elasticsearch-py, which takes the intake for an Elasticsearch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from elasticsearch import ApiError, BadRequestError, Elasticsearch, helpers

from mqworker.brokers.sqlite import SqliteBroker
from tests.intakes import READY, TAKES, IntakeDaemon
from tests.integration.pairs import Embedded

StartIntake = Callable[..., IntakeDaemon]


@pytest.fixture
def pair(tmp_path: Path) -> Embedded:
    return Embedded(tmp_path, "x")


@pytest.fixture
def client(start_intake: StartIntake, pair: Embedded, tmp_path: Path) -> Iterator[Elasticsearch]:
    tokens = tmp_path / "tokens"
    tokens.write_text("a2V5\n")
    tokens.chmod(0o600)
    intake = start_intake("--broker", pair.broker, "--intake-tokens-file", str(tokens))
    intake.await_words(TAKES)
    with closing(Elasticsearch(intake.url, api_key="a2V5", http_compress=True)) as client:
        yield client


def published(pair: Embedded) -> dict[str, dict[str, object]]:
    """Return what is in the queue, by message ID."""
    with closing(SqliteBroker(pair.queues)) as broker:
        found = broker.peek("eventtask", 1000)
    return {str(each.properties.message_id): orjson.loads(each.body) for each in found}


def test_it_finds_what_it_expects(client: Elasticsearch) -> None:
    assert client.ping()
    assert "8.19.0" == client.info()["version"]["number"]
    assert "green" == client.cluster.health()["status"]
    assert "active" == client.license.get()["license"]["status"]
    assert client.indices.exists(index="events")
    assert client.indices.exists_index_template(name="logs")


def test_its_helpers_send_and_are_told_of_what_failed(
    client: Elasticsearch, pair: Embedded
) -> None:
    deep: object = 1
    for _ in range(30):
        deep = {"a": deep}
    actions = [
        {"_op_type": "create", "_index": "events", "_id": f"id-{number}", "summary": f"{number}"}
        for number in range(100)
    ]
    actions.append({"_index": "events", "_id": "deep", "details": deep})

    sent, failed = helpers.bulk(client, actions, raise_on_error=False, chunk_size=30)

    assert 100 == sent
    assert isinstance(failed, list)
    assert ["deep"] == [each["index"]["_id"] for each in failed]
    assert {f"id-{number}" for number in range(100)} == set(published(pair))


def test_single_documents_are_created(client: Elasticsearch, pair: Embedded) -> None:
    made = client.index(index="events", document={"summary": "a"})
    client.create(index="events", id="mine", document={"summary": "b"})

    assert "created" == made["result"]
    assert {made["_id"]: {"summary": "a"}, "mine": {"summary": "b"}} == published(pair)
    with pytest.raises(BadRequestError):
        client.index(index="events", document=[1])  # type: ignore[arg-type]


def test_it_is_told_503_while_the_broker_is_away(start_intake: StartIntake) -> None:
    intake = start_intake("--broker", "amqp://127.0.0.1:1/")
    intake.await_words(READY)

    with (
        closing(Elasticsearch(intake.url, max_retries=0)) as client,
        pytest.raises(ApiError) as told,
    ):
        client.index(index="events", document={"summary": "a"})

    assert 503 == told.value.status_code
