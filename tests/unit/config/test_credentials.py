from __future__ import annotations

from pathlib import Path

import pytest

from mqworker.config.load import load, shown
from mqworker.core.errors import Misconfigured

FLAGS = {"broker_username": "worker"}


def secret_file(path: Path, content: bytes = b"hunter2\n", mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def problem(flags: dict[str, object], environ: dict[str, str] | None = None) -> str:
    with pytest.raises(Misconfigured) as caught:
        load(FLAGS | flags, environ or {})
    return str(caught.value)


def test_a_password_is_read_from_its_file_without_the_last_newline(tmp_path: Path) -> None:
    path = secret_file(tmp_path / "password", b"hunter2 \r\n")

    loaded = load(FLAGS | {"broker_password_file": path}, {})

    assert loaded.settings.broker_password
    assert loaded.settings.broker_password.reveal() == "hunter2 "
    assert {"--broker-password-file"} == {loaded.origins["broker_password"]}
    assert loaded.warnings == ()


def test_a_secret_shows_itself_nowhere(tmp_path: Path) -> None:
    path = secret_file(tmp_path / "password")

    loaded = load(FLAGS | {"broker_password_file": path}, {})

    assert "hunter2" not in repr(loaded)
    assert "hunter2" not in str(loaded.settings.broker_password)
    assert ("***", "--broker-password-file") == shown(loaded)["broker_password"]


@pytest.mark.parametrize("name", ["broker_password", "sink_password", "sink_api_key"])
def test_a_systemd_credential_is_used_where_no_option_names_a_file(
    tmp_path: Path, name: str
) -> None:
    secret_file(tmp_path / name)
    flags = {"sink_username": "worker"} if name == "sink_password" else {}

    loaded = load(flags, {"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert getattr(loaded.settings, name).reveal() == "hunter2"
    assert f"$CREDENTIALS_DIRECTORY/{name}" == loaded.origins[name]


def test_an_option_wins_over_a_systemd_credential(tmp_path: Path) -> None:
    secret_file(tmp_path / "broker_password", b"from systemd")
    path = secret_file(tmp_path / "mine", b"from the option")

    loaded = load(FLAGS | {"broker_password_file": path}, {"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert loaded.settings.broker_password
    assert loaded.settings.broker_password.reveal() == "from the option"


def test_a_secret_that_anyone_can_read_gets_a_warning(tmp_path: Path) -> None:
    path = secret_file(tmp_path / "password", mode=0o644)

    loaded = load(FLAGS | {"broker_password_file": path}, {})

    expected = f"--broker-password-file: anyone on this machine can read {path}"
    assert (expected,) == loaded.warnings


def test_a_private_key_that_anyone_can_read_gets_a_warning(tmp_path: Path) -> None:
    key = secret_file(tmp_path / "key", mode=0o644)
    flags = {"sink_key_file": key, "sink_cert_file": key, "sink": ("https://h",)}

    loaded = load(flags, {})

    assert (f"--sink-key-file: anyone on this machine can read {key}",) == loaded.warnings


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff", "is not text in UTF-8"),
        (b"x" * 70_000, "is larger than 65536 bytes"),
    ],
)
def test_a_file_that_holds_no_secret_is_an_error(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = secret_file(tmp_path / "password", content)

    found = problem({"broker_password_file": path})

    assert f"--broker-password-file: {path} {reason}" == found


def test_a_missing_file_of_a_secret_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "none"

    found = problem({"broker_password_file": path})

    assert f"--broker-password-file: {path} can't be read: No such file or directory" == found


def test_a_missing_certificate_is_an_error_where_its_service_is_spoken_to(tmp_path: Path) -> None:
    path = tmp_path / "none.pem"
    flags = {"sink_ca_file": path, "sink": ("https://h:9200",)}

    assert f"--sink-ca-file: {path} does not exist" in problem(dict(flags))
    assert path == load(flags, {}, services={"broker"}).settings.sink_ca_file


def test_secrets_of_a_service_that_is_not_spoken_to_are_not_read(tmp_path: Path) -> None:
    flags = {"sink_api_key_file": tmp_path / "none"}

    loaded = load(flags, {}, services={"broker"})

    assert loaded.settings.sink_api_key is None
