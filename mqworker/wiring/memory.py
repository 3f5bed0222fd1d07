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
    from mqworker.wiring.redis import open_redis_memory  # noqa: PLC0415 - only who has one pays

    return open_redis_memory(settings, identity)


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
