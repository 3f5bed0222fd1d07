from __future__ import annotations

import pytest

from tests.unit.core.intake.asking import answered, asked


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", "version"),
        ("/_license", "license"),
        ("/_xpack", "features"),
        ("/_xpack/license", "license"),
        ("/_cluster/health", "status"),
        ("/_index_template/filebeat-7.17.9", "index_templates"),
        ("/_component_template/logs", "component_templates"),
        ("/_template/logstash", "logstash"),
        ("/_ilm/policy/filebeat", "filebeat"),
        ("/_ingest/pipeline/logs", "logs"),
        ("/_data_stream/logs", "data_streams"),
        ("/_alias/events", "events"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_shipper_looks_for_is_there(path: str, key: str, method: str) -> None:
    plan = asked(method, path)

    assert 200 == plan.confirmed.status
    assert key in answered(plan)
    assert "Elasticsearch" == dict(plan.confirmed.headers)["x-elastic-product"]


def test_the_license_is_active_and_the_version_is_one_that_clients_take() -> None:
    assert "active" == answered(asked("GET", "/_license"))["license"]["status"]
    assert "8.19.0" == answered(asked("GET", "/"))["version"]["number"]


def test_the_cluster_is_as_healthy_as_the_broker() -> None:
    assert (200, 503) == tuple(
        asked("GET", "/_cluster/health", ready=ready).confirmed.status for ready in (True, False)
    )
    assert (200, 503) == tuple(
        asked("GET", "/_cat/health", ready=ready).confirmed.status for ready in (True, False)
    )


@pytest.mark.parametrize("path", ["/_index_template/a", "/_ilm/policy/a", "/_ingest/pipeline/a"])
def test_what_a_shipper_installs_is_acknowledged(path: str) -> None:
    assert {"acknowledged": True} == answered(asked("PUT", path, b"{}"))


@pytest.mark.parametrize("path", ["/_search", "/_nodes/http", "/events/_search"])
def test_what_is_not_for_shippers_is_refused_in_elasticsearchs_form(path: str) -> None:
    plan = asked("GET", path)

    assert 404 == plan.confirmed.status == answered(plan)["status"]
    assert answered(plan)["error"]["reason"]
    assert 405 == asked("POST", path).confirmed.status


def test_ready_says_whether_the_broker_takes_messages_and_live_does_not_ask() -> None:
    assert (200, 503) == tuple(
        asked("GET", "/ready", ready=ready).confirmed.status for ready in (True, False)
    )
    assert (200, 200, 200) == tuple(
        asked("GET", path, ready=False).confirmed.status for path in ("/live", "/status", "/test")
    )
