"""`mqworker check` on real services: a sound set-up, and one in which everything is rotten."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis as Client

from tests.daemons import PROGRAM
from tests.integration.pairs import QUEUE, Served
from tests.services.elasticsearch import Elasticsearch
from tests.services.redis import Redis

TODAY = "events-20260101"
RULES = 'version = 1\nidentity = ["details.username"]\n[[rule]]\nname = "shell"\n'
IGNORING = "index.mapping.total_fields.ignore_dynamic_beyond_limit"

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


def declare(served: Served, queue: str = QUEUE, **arguments: int) -> None:
    wanted = {"durable": True, "arguments": arguments}
    vhost = urlsplit(served.url).path[1:]
    served.rabbitmq.manage("PUT", f"/api/queues/{vhost}/{queue}", wanted)


@pytest.fixture
def rotten(
    served: Served, elasticsearch_node: Callable[..., Elasticsearch], tmp_path: Path
) -> tuple[Served, list[str]]:
    """A set-up in which everything is wrong but the passwords, and the flags that name it."""
    served.elasticsearch = es = elasticsearch_node()  # its own: others must not suffer from it
    served.sink = es.url
    declare(served, **{"x-max-length": 9})
    es.ask("PUT", "/events")  # where the alias is to be
    few = {"index.mapping.total_fields.limit": 50, IGNORING: True}
    es.ask("PUT", f"/{TODAY}", {"settings": few})
    many = {f"sender{number}": "x" for number in range(60)}
    assert 201 == es.ask("PUT", f"/{TODAY}/_doc/1?refresh=true", many).status
    es.ask("PUT", f"/{TODAY}/_settings", {"index.blocks.write": True})
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    (schemas / "vpn.json").write_text('{"title": "VPN", "type": "objekt"}')
    (schemas / "disk.json").write_text('{"title": ')
    (tmp_path / "rules.toml").write_text(RULES)
    flags = ["--schemas", str(schemas), "--rules", str(tmp_path / "rules.toml"), *served.flags]
    return served, [*flags, "--management-url", str(served.rabbitmq.management_url)]


def test_each_fault_of_a_rotten_set_up_is_named_with_its_cure(
    rotten: tuple[Served, list[str]], tmp_path: Path
) -> None:
    served, flags = rotten
    before = state_of(served)
    status, found = check(*flags)
    bad = faults(found)

    assert 78 == status
    assert before == state_of(served)
    assert all(each["cure"] for each in bad.values())
    told = [each["told"] for each in found if each["area"] == "schemas"]
    assert [True, True] == [any(name in each for each in told) for name in ("vpn", "disk")]
    assert any("rule shell" in each["told"] for each in found if each["area"] == "rules")
    queue = [each for each in found if each["subject"] == f"queue {QUEUE}"]
    assert "x-max-length" in queue[0]["told"]
    assert "--passive" in queue[0]["cure"]
    assert "rabbitmqctl delete_queue" in queue[0]["cure"]
    assert "drops its oldest messages" in queue[1]["told"]
    assert queue[1]["loses"]
    assert "nothing can be stored" in bad["sink alias events"]["told"]
    assert "_reindex" in bad["sink alias events"]["cure"]
    assert "is missing" in bad["sink template mqworker-events"]["told"]
    assert "mqworker setup" in bad["sink template mqworker-events"]["cure"]
    assert f"index {TODAY} has 50 of 50 fields" in bad["sink fields"]["told"]
    assert "index.blocks.write" in bad[f"sink index {TODAY}"]["told"]

    shown = run(*flags).stdout
    print(shown)  # noqa: T201 - for whoever wants to see it
    assert "✗ broker queue eventtask" in shown
    assert "    -> mqworker setup" in shown
    assert "would lose data" in shown
    assert "mqworker-events%40custom" in shown

    cure(served, bad, tmp_path)
    status, found = check(*flags)
    assert (0, {}) == (status, faults(found))
    served.elasticsearch.ask("PUT", "/_cluster/settings", {"persistent": FLOOD})
    status, found = check(*flags)
    assert {"sink disk"} == set(faults(found))
    assert "nothing can be stored" in faults(found)["sink disk"]["told"]


def cure(served: Served, bad: dict[str, Found], directory: Path) -> None:
    """Do as the check says, by the commands that it gives as far as they are whole."""
    vhost, es = urlsplit(served.url).path[1:], served.elasticsearch
    for file in (*(directory / "schemas").iterdir(), directory / "rules.toml"):
        file.unlink()
    shipped = resources.files("mqworker.config").joinpath("correlation.toml")
    (directory / "rules.toml").write_bytes(shipped.read_bytes())
    served.rabbitmq.manage("DELETE", f"/api/queues/{vhost}/{QUEUE}")
    es.ask("DELETE", "/events")  # what _reindex would have kept is a single empty index
    for subject in (f"sink index {TODAY}", "sink fields"):
        command = re.search(r"curl -X PUT (.*?) -d '(.*?)'", bad[subject]["cure"])
        assert command
        path = urlsplit(command[1].split("'")[1]).path
        assert 200 == es.ask("PUT", path, json.loads(command[2])).status
    setup = [str(PROGRAM), "setup", "--config", "/dev/null", "--sink", es.url]
    subprocess.run(setup, check=True, capture_output=True)


FLOOD = {
    "cluster.routing.allocation.disk.threshold_enabled": True,
    "cluster.routing.allocation.disk.watermark.low": "99999gb",
    "cluster.routing.allocation.disk.watermark.high": "99998gb",
    "cluster.routing.allocation.disk.watermark.flood_stage": "99997gb",
}


def test_a_wrong_password_is_named_and_never_shown(served: Served) -> None:
    served.broker = served.url.replace("guest:guest@", "guest:hunter2@")
    status, found = check(*served.flags)

    assert 78 == status
    login = faults(found)["broker login"]
    assert "ACCESS_REFUSED" in login["told"]
    assert "rabbitmqctl change_password guest" in login["cure"]
    assert "hunter2" not in json.dumps(found)


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


def test_an_alarm_of_the_broker_and_a_memory_that_forgets_are_named(
    served: Served, redis_node: Callable[..., Redis]
) -> None:
    redis = redis_node()
    with closing(Client.from_url(redis.url)) as client:
        client.config_set("appendonly", "no")
    management = ["--management-url", str(served.rabbitmq.management_url)]
    served.rabbitmq.ctl("set_vm_memory_high_watermark", "absolute", "1MB")
    try:
        _, found = check(*served.flags, "--memory", redis.url, *management)
    finally:
        served.rabbitmq.ctl("set_vm_memory_high_watermark", "0.4")
    bad = faults(found)
    assert "memory alarm" in bad["broker alarms"]["told"]
    assert "appendonly yes" in bad["memory login"]["told"]
    assert bad["memory login"]["loses"]
    assert "CONFIG SET" in bad["memory login"]["cure"]


def test_what_is_away_is_unavailable_and_no_fault_of_the_set_up(tmp_path: Path) -> None:
    memory = f"sqlite:///{tmp_path}/memory.db"
    flags = ["--broker", "amqp://127.0.0.1:1", "--sink", "http://127.0.0.1:1", "--memory", memory]
    status, found = check(*flags)
    assert (69, {"broker login", "sink login"}) == (status, set(faults(found)))

    status, found = check(*flags, "--offline")
    assert (0, {}) == (status, faults(found))
    assert {"configuration", "schemas", "extractors", "rules"} == {each["area"] for each in found}
    assert [] == list(tmp_path.iterdir())
