from __future__ import annotations

import logging
from pathlib import Path

import pytest

from mqworker.config.correlation import default_memory
from mqworker.config.rulesfile import load_rules
from mqworker.config.secret import Secret
from mqworker.config.settings import Settings
from mqworker.core.errors import Misconfigured
from mqworker.memories.process import ProcessMemory
from mqworker.memories.redis import RedisMemory
from mqworker.memories.sqlite import SqliteMemory
from mqworker.wiring.memory import open_memory
from mqworker.wiring.redis import redis_options

RULES = load_rules()
IDENTITY = ("details.sourceipaddress", "details.sessionid", "details.username")


def test_without_a_word_the_memory_is_a_file_that_outlives_the_worker() -> None:
    memory = open_memory(Settings(), RULES)

    assert isinstance(memory, SqliteMemory)
    assert default_memory().endswith(f"{memory.path}")
    assert memory.identity == IDENTITY
    assert memory.exchange([]) == []
    memory.close()
    assert memory.path.parent.stat().st_mode & 0o077 == 0


def test_the_directory_of_a_file_that_was_named_is_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none' / 'memory.db'}"
    memory = open_memory(Settings(memory=url), RULES)

    with pytest.raises(Misconfigured, match=r"none/memory\.db"):
        memory.exchange([])
    assert not (tmp_path / "none").exists()


def test_a_default_directory_that_can_not_be_made_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))

    with pytest.raises(Misconfigured, match=r"can't be made.*--memory sqlite:///FILE"):
        open_memory(Settings(), RULES)


def test_the_memory_in_the_process_says_that_it_ends_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert isinstance(open_memory(Settings(memory="process:"), RULES), ProcessMemory)

    assert "what correlation remembers ends with this worker" in caplog.text


@pytest.mark.parametrize("scheme", ["redis", "rediss", "valkey", "valkeys"])
def test_a_memory_of_many_hosts_is_in_redis(scheme: str) -> None:
    memory = open_memory(Settings(memory=f"{scheme}://127.0.0.1:1/0"), RULES)

    assert isinstance(memory, RedisMemory)
    assert memory.identity == IDENTITY


def test_redis_is_told_everything_that_the_options_say() -> None:
    file = Path("x.pem")
    options = redis_options(
        Settings(
            memory="rediss://joe@host",
            memory_password=Secret("secret"),
            memory_ca_file=file,
            memory_cert_file=file,
            memory_key_file=file,
            memory_verify=False,
        )
    )

    assert (options.url, options.password) == ("rediss://joe@host", "secret")
    assert [options.ca_file, options.certificate_file, options.key_file] == [file] * 3
    assert not options.tls_verify
    assert "secret" not in repr(options)
