"""Settings -> a memory in Redis or Valkey."""

from __future__ import annotations

from collections.abc import Sequence

from mqworker.config.settings import Settings
from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from mqworker.ports import Memory


def open_redis_memory(settings: Settings, identity: Sequence[str]) -> Memory:
    """Return the memory; it connects when it is first used."""
    return RedisMemory(redis_options(settings), identity)


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
