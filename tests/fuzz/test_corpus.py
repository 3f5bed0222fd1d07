"""What a fuzzer begins with and what it has found, run once: no fuzzer is needed for that."""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.corpus import kept
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

CHANGED = 3


@pytest.mark.parametrize("target", TARGETS)
def test_what_was_found_once_holds(target: str) -> None:
    inputs = list(kept(target))
    assert inputs
    for data in inputs:
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_what_shippers_send_holds_also_when_it_is_changed(target: str) -> None:
    dice = Random(target)
    for seed in seeds(target):
        TARGETS[target](seed)
        for _ in range(CHANGED if len(seed) < 2000 else 0):
            TARGETS[target](changed(dice, seed))


def changed(dice: Random, seed: bytes) -> bytes:
    """Return bytes with a few others in them, cut out of them, or twice."""
    data = bytearray(seed)
    for _ in range(dice.randint(1, 4)):
        at, end = sorted(dice.randrange(len(data) + 1) for _ in range(2))
        match dice.randrange(4):
            case 0:
                data[at:end] = b""
            case 1:
                data[at:at] = data[at : min(end, at + 100)]
            case 2:
                data[at:at] = dice.choice((b"\0", b"\xff", b'"', b"{", b"[", b"\\", b"9" * 30))
            case _:
                data[at : at + 1] = bytes([dice.randrange(256)])
    return bytes(data)
