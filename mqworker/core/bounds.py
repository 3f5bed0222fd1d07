"""How large, deep and many: the bounds that keep one message from hurting the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mqworker.core.message import Record, Refusal
from mqworker.core.pointer import token

_LONGEST_POINTER: Final = 512
_LEVELS_OF_FLAT: Final = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may hold.

    max_body_bytes: bytes of a body, as delivered and after inflating.
    max_depth: objects and arrays inside each other, the event itself being the first. Elasticsearch
        refuses a document of more than 20 (`index.mapping.depth.limit`; the `flattened` type's
        `depth_limit` allows as many), and normalizing may move a value one level down, into
        `details`: so one less.
    max_keys: keys of one event, on all levels: the default of Elasticsearch's
        `index.mapping.total_fields.limit`.
    max_events: events of one message.
    max_key_length: characters of a key. Elasticsearch keeps every name in the state of the cluster,
        of which each node has a copy: a thousand names of a megabyte would be the end of it.
    """

    max_body_bytes: int = 10 * 1024 * 1024
    max_depth: int = 19
    max_keys: int = 1000
    max_events: int = 10_000
    max_key_length: int = 512


def is_flat(record: Record, limits: Limits) -> bool:
    """Tell at a glance that there is no excess in an event, as in nearly all.

    It looks one level down; False only means that the levels have to be walked.
    """
    keys, longest = len(record), limits.max_key_length
    for name, value in record.items():
        if len(name) > longest:
            return False
        if isinstance(value, dict):
            keys += len(value)
            if not is_leaf(value, longest):
                return False
        elif isinstance(value, list):
            for one in value:
                if type(one) is dict or type(one) is list:
                    return False
    return keys <= limits.max_keys and limits.max_depth >= _LEVELS_OF_FLAT


def is_leaf(container: dict[str, Any], longest: int) -> bool:
    """Tell whether an object holds no other, nor an array, and no name that is too long."""
    for name, value in container.items():
        if len(name) > longest or type(value) is dict or type(value) is list:
            return False
    return True


def find_excess(record: Record, limits: Limits) -> Refusal | None:
    """Return the refusal of an event that exceeds a limit, else None."""
    if is_flat(record, limits):
        return None
    excess = find_many(record, limits)
    if excess is None and has_long_key(record, limits):
        return Refusal("decode", f"a key of more than {limits.max_key_length} characters")
    return excess


def has_long_key(record: Record, limits: Limits) -> bool:
    """Tell whether a key of an event is too long."""
    level: list[Any] = [record]
    while level:
        inner: list[Any] = []
        for container in level:
            if type(container) is dict:
                if max(map(len, container), default=0) > limits.max_key_length:
                    return True
                inner += container.values()
            elif type(container) is list:
                inner += container
        level = inner
    return False


def find_many(record: Record, limits: Limits) -> Refusal | None:
    """Return the refusal of an event that is too deep or has too many keys, else None.

    Walks level by level and never recurses; it stops at the first level that is one too deep.
    """
    keys = 0
    levels: list[list[Any]] = [[record]]
    for _ in range(limits.max_depth):
        keys += sum(len(container) for container in levels[-1] if type(container) is dict)
        if keys > limits.max_keys:
            return Refusal("decode", f"more than {limits.max_keys} keys")
        inner = [
            value
            for container in levels[-1]
            for value in (container.values() if type(container) is dict else container)
            if type(value) is dict or type(value) is list
        ]
        if not inner:
            return None
        levels.append(inner)
    reason = f"nested more than {limits.max_depth} levels deep"
    return Refusal("decode", reason, pointer=_point_to_first(levels))


def _point_to_first(levels: list[list[Any]]) -> str:
    """Return the JSON pointer (RFC 6901) of the first container of the last level.

    A pointer that would be very long ends at an ancestor.
    """
    target = levels[-1][0]
    tokens: list[str] = []
    for level in levels[-2::-1]:
        target, step = next(_parents_of(target, level))
        tokens.append(token(step))
    pointer = ""
    for each in reversed(tokens):
        if len(pointer) + len(each) >= _LONGEST_POINTER:
            break
        pointer += f"/{each}"
    return pointer


def _parents_of(target: Any, level: list[Any]) -> Iterator[tuple[Any, str | int]]:
    for container in level:
        pairs = container.items() if type(container) is dict else enumerate(container)
        for step, value in pairs:
            if value is target:
                yield container, step
