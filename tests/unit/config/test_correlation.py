from __future__ import annotations

from pathlib import Path

import pytest

from mqworker.config.correlation import MEMORY, default_memory
from mqworker.config.kinds import Unfit
from mqworker.config.load import load


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Take away what says where state is kept."""
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/joe")
    return monkeypatch


def test_the_memory_of_a_user_is_where_state_belongs(nowhere: pytest.MonkeyPatch) -> None:
    assert default_memory() == "sqlite:////home/joe/.local/state/mqworker/memory.db"
    nowhere.setenv("XDG_STATE_HOME", "/var/state of joe")
    assert default_memory() == "sqlite:////var/state%20of%20joe/mqworker/memory.db"


def test_a_relative_directory_for_state_is_ignored(nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setenv("XDG_STATE_HOME", "state")
    assert default_memory() == "sqlite:////home/joe/.local/state/mqworker/memory.db"


def test_the_memory_of_a_service_is_in_the_first_directory_that_systemd_made_for_it(
    nowhere: pytest.MonkeyPatch,
) -> None:
    nowhere.setenv("XDG_STATE_HOME", "/elsewhere")
    nowhere.setenv("STATE_DIRECTORY", "/var/lib/mqworker:/var/lib/other")
    assert default_memory() == "sqlite:////var/lib/mqworker/memory.db"


def test_the_default_is_found_out_when_the_configuration_is_read(
    nowhere: pytest.MonkeyPatch,
) -> None:
    nowhere.setenv("STATE_DIRECTORY", "/var/lib/mqworker")
    assert load({}, {}).settings.memory == "sqlite:////var/lib/mqworker/memory.db"


@pytest.mark.parametrize(
    "url",
    [
        "process:",
        "sqlite:///memory.db",
        "sqlite:////var/lib/mqworker/memory.db",
        "redis://host:6379/0",
        "rediss://user:password@host/1",
        "valkey://host",
        "valkeys://host",
    ],
)
def test_a_memory_may_be_in_the_process_on_the_host_or_on_a_server(url: str) -> None:
    assert url == MEMORY.accept(url)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("process", "the one within the process is written process:"),
        ("process://", "the one within the process is written process:"),
        ("mysql://host/db", "mysql:// is not supported here"),
        ("/var/lib/mqworker/memory.db", ""),
        (3, ""),
    ],
)
def test_what_is_no_memory_is_refused(value: object, hint: str) -> None:
    with pytest.raises(Unfit) as caught:
        MEMORY.accept(value)
    assert hint == str(caught.value)


def test_the_password_of_a_memory_is_not_shown() -> None:
    assert "secret" not in str(MEMORY.show("redis://joe:secret@host/0"))
    assert "secret" not in MEMORY.quote("redsi://joe:secret@host/0")


def test_the_password_of_a_memory_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o600)
    settings = load({"memory_password_file": file}, {}).settings
    assert settings.memory_password is not None
    assert settings.memory_password.reveal() == "secret"
