"""`mqworker check` on real services: a sound set-up, and one in which everything is rotten."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.daemons import PROGRAM
from tests.integration.pairs import QUEUE, Served
from tests.services.elasticsearch import Elasticsearch

TODAY = "events-20260101"
RULES = 'version = 1\nidentity = ["details.username"]\n[[rule]]\nname = "shell"\n'
TTL = '{"message-ttl": 60000}'

Found = dict[str, Any]


def check(*flags: str) -> tuple[int, list[Found]]:
    """Run it; return its exit status and its findings."""
    done = run("--json", *flags)
    told = json.loads(done.stdout)
    assert told["status"] == done.returncode, done.stderr
    return done.returncode, told["findings"]


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MQWORKER_")}
    command = [str(PROGRAM), "check", "--config", "/dev/null", *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def faults(found: list[Found], verdict: str = "bad") -> dict[str, Found]:
    return {
        f"{each['area']} {each['subject']}": each for each in found if each["verdict"] == verdict
    }


def state_of(served: Served) -> Any:
    """Return everything that a check might have changed."""
    vhost = urlsplit(served.url).path[1:]
    manage, ask = served.rabbitmq.manage, served.elasticsearch.ask
    names = [
        sorted(each["name"] for each in manage("GET", f"/api/{kind}/{vhost}").body)
        for kind in ("queues", "exchanges")
    ]
    templates = ask("GET", "/_index_template").body["index_templates"]
    indices = ask("GET", "/_all/_settings?flat_settings=true").body
    return names, sorted(each["name"] for each in templates), sorted(indices)


@pytest.fixture
def node(elasticsearch_node: Any) -> Elasticsearch:
    """An Elasticsearch of its own: what is rotten there must not harm other tests."""
    started: Elasticsearch = elasticsearch_node()
    return started


@pytest.fixture
def setting(served: Served, node: Elasticsearch) -> Iterator[Served]:
    served.elasticsearch, served.sink = node, node.url
    yield served


def declare(served: Served, queue: str = QUEUE, **arguments: int) -> None:
    wanted = {"durable": True, "arguments": arguments}
    vhost = urlsplit(served.url).path[1:]
    served.rabbitmq.manage("PUT", f"/api/queues/{vhost}/{queue}", wanted)


def test_each_fault_of_a_rotten_set_up_is_named_with_its_cure_and_then_cured(
    setting: Served, tmp_path: Path
) -> None:
    served, es = setting, setting.elasticsearch
    declare(served, **{"x-max-length": 9})
    es.ask("PUT", "/events")  # where the alias is to be
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    (schemas / "vpn.json").write_text('{"$schema": "x", "type": "objekt"}')
    (schemas / "disk.json").write_text('{"title": ')
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES)
    before = state_of(served)
    flags = ["--schemas", str(schemas), "--rules", str(rules), *served.flags]
    flags += ["--management-url", str(served.rabbitmq.management_url)]

    status, found = check(*flags)
    bad = faults(found)

    assert 78 == status
    assert before == state_of(served)
    schema_faults = [each["told"] for each in found if each["area"] == "schemas"]
    assert ["disk.json" in told for told in schema_faults].count(True) == 1
    assert any("rule shell" in each["told"] for each in found if each["area"] == "rules")
    queue = [each for each in found if each["subject"] == f"queue {QUEUE}"]
    assert any("x-max-length" in each["told"] and "--passive" in each["cure"] for each in queue)
    assert any("drops its oldest messages" in each["told"] and each["loses"] for each in queue)
    assert "rabbitmqctl delete_queue" in queue[0]["cure"]
    assert "nothing can be stored" in bad["sink alias events"]["told"]
    assert "_reindex" in bad["sink alias events"]["cure"]
    assert "is missing" in bad["sink template mqworker-events"]["told"]
    assert "mqworker setup" in bad["sink template mqworker-events"]["cure"]
    assert all(each["cure"] for each in bad.values())

    told = run(*flags)
    assert 78 == told.returncode
    assert "✗ broker queue eventtask" in told.stdout
    assert "    -> mqworker setup" in told.stdout


def test_a_wrong_password_is_named_and_never_shown(served: Served) -> None:
    served.broker = served.url.replace("guest:guest@", "guest:hunter2@")
    status, found = check(*served.flags)

    assert 78 == status
    login = faults(found)["broker login"]
    assert "ACCESS_REFUSED" in login["told"]
    assert "rabbitmqctl change_password guest" in login["cure"]
    assert "hunter2" not in json.dumps(found)


def test_an_index_whose_fields_are_full_is_named_with_its_cure(setting: Served) -> None:
    es = setting.elasticsearch
    setup = [str(PROGRAM), "setup", "--config", "/dev/null", "--sink", es.url]
    subprocess.run(setup, check=True, capture_output=True)
    details = {f"details.sender{number}": "x" for number in range(1100)}
    created = es.ask("PUT", f"/{TODAY}/_doc/1?refresh=true", {"summary": "many", **details})
    assert 201 == created.status
    es.ask("PUT", f"/{TODAY}/_settings", {"index.blocks.write": True})
    status, found = check(*setting.flags)
    bad = faults(found)

    assert 78 == status
    assert f"index {TODAY} has 1000 of 1000 fields" in bad["sink fields"]["told"]
    assert f"/{TODAY}/_settings" in bad["sink fields"]["cure"]
    assert "index.blocks.write" in bad[f"sink index {TODAY}"]["told"]

    path = bad[f"sink index {TODAY}"]["cure"].split("'")
    es.ask("PUT", urlsplit(path[1]).path, json.loads(path[5]))
    es.ask("PUT", f"/{TODAY}/_settings", {"index.mapping.total_fields.limit": 2000})
    es.ask("PUT", "/_cluster/settings", {"persistent": FLOOD})
    status, found = check(*setting.flags)
    assert {"sink disk"} == set(faults(found))
    assert "nothing can be stored" in faults(found)["sink disk"]["told"]


FLOOD = {
    "cluster.routing.allocation.disk.threshold_enabled": True,
    "cluster.routing.allocation.disk.watermark.low": "99999gb",
    "cluster.routing.allocation.disk.watermark.high": "99998gb",
    "cluster.routing.allocation.disk.watermark.flood_stage": "99997gb",
}


def test_a_sound_set_up_has_no_fault_and_what_amqp_does_not_tell_is_said_to_be_unseen(
    served: Served,
) -> None:
    vhost, management = urlsplit(served.url).path[1:], str(served.rabbitmq.management_url)
    setup = [str(PROGRAM), "setup", "--config", "/dev/null", "--sink", served.sink]
    subprocess.run(setup, check=True, capture_output=True)
    for queue in (QUEUE, f"{QUEUE}.dead"):
        declare(served, queue)
    status, found = check(*served.flags)
    assert (0, {}) == (status, faults(found))
    unseen = faults(found, "unseen")
    assert {"broker bindings", "broker policy", "broker alarms"} < set(unseen)
    assert all("--management-url" in each["told"] for each in unseen.values())

    status, found = check(*served.flags, "--management-url", management)
    assert "dropped" in faults(found)["broker exchange eventtask"]["told"] if 0 else True
    for exchange in ("eventtask", "mozdef"):
        served.rabbitmq.manage(
            "PUT", f"/api/exchanges/{vhost}/{exchange}", {"type": "direct", "durable": True}
        )
    status, found = check(*served.flags, "--management-url", management)
    assert {"broker binding eventtask", "broker binding mozdef"} == set(faults(found))
    assert all(each["loses"] for each in faults(found).values())
    for exchange in ("eventtask", "mozdef"):
        where = f"/api/bindings/{vhost}/e/{exchange}/q/{QUEUE}"
        served.rabbitmq.manage("POST", where, {"routing_key": QUEUE})
    status, found = check(*served.flags, "--management-url", management)
    assert (0, {}) == (status, faults(found))
    assert "set_policy" in faults(found, "doubtful")["broker queue eventtask.dead"]["cure"]


def test_what_is_away_is_unavailable_and_no_fault_of_the_set_up(tmp_path: Path) -> None:
    memory = f"sqlite:///{tmp_path}/memory.db"
    flags = ["--broker", "amqp://127.0.0.1:1", "--sink", "http://127.0.0.1:1", "--memory", memory]
    status, found = check(*flags)
    assert (69, {"broker login", "sink login"}) == (status, set(faults(found)))

    status, found = check(*flags, "--offline")
    assert (0, {}) == (status, faults(found))
    assert {"configuration", "schemas", "extractors", "rules"} == {each["area"] for each in found}
    assert [] == list(tmp_path.iterdir())


def test_a_configuration_that_is_wrong_is_told_line_by_line() -> None:
    status, found = check("--offline", "--batch-count", "5000", "--retry-min", "1h")
    assert 78 == status
    assert 2 == len([each for each in found if each["verdict"] == "bad"])
