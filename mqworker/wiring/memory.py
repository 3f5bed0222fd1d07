"""Settings -> memory: which one it is, its URL says."""

from __future__ import annotations

import logging
from pathlib import Path

from mqworker.config.correlation import IN_PROCESS, default_memory
from mqworker.config.settings import Settings
from mqworker.core.correlation.rules import Rules
from mqworker.core.errors import Misconfigured
from mqworker.database import database_path
from mqworker.memories.process import ProcessMemory
from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from mqworker.memories.sqlite import SqliteMemory
from mqworker.ports import Memory

log = logging.getLogger(__name__)


def open_memory(settings: Settings, rules: Rules) -> Memory:
    """Return the memory; it is opened when it is first used.

    Raises:
        Misconfigured: a setting makes no sense for it.
    """
    identity = [str(field) for field in rules.identity]
    if settings.memory == IN_PROCESS:
        log.warning("memory %s: what correlation remembers ends with this worker", IN_PROCESS)
        return ProcessMemory()
    if settings.memory.partition("://")[0].lower() == "sqlite":
        return SqliteMemory(memory_file(settings.memory), identity)
    return RedisMemory(redis_options(settings), identity)


def memory_file(url: str) -> Path:
    """Return the file of an embedded memory; the default one's directory is made.

    Raises:
        Misconfigured: it names none, or the directory can't be made.
    """
    file = database_path(url)
    if url == default_memory():
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Misconfigured(
                f"{file.parent} can't be made for what correlation remembers: {error.strerror}; "
                "name a file with --memory sqlite:///FILE"
            ) from error
    return file


def redis_options(settings: Settings) -> RedisMemoryOptions:
    """Return how to speak to Redis or Valkey."""
    return RedisMemoryOptions(
        url=settings.memory,
        password=settings.memory_password.reveal() if settings.memory_password else None,
        ca_file=settings.memory_ca_file,
        certificate_file=settings.memory_cert_file,
        key_file=settings.memory_key_file,
        tls_verify=settings.memory_verify,
    )
