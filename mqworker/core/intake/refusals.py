"""What is wrong with events, as an answer tells it: where, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mqworker.core.display import printable
from mqworker.core.intake.publishing import Unfit
from mqworker.core.message import Refusal

MOST_TOLD = 20
"""How many refusals one answer describes; it counts all. NXLog takes 10,000 bytes and no more."""

LONGEST_REASON = 300


def told(unfit: Sequence[Unfit]) -> dict[str, Any]:
    """Return what an answer says of refused events."""
    return {
        "refused": len(unfit),
        "refusals": [
            {"position": one.position, **described(one.refusal)} for one in unfit[:MOST_TOLD]
        ],
    }


def described(refusal: Refusal) -> dict[str, str]:
    """Return a refusal for an answer; `pointer` is a JSON Pointer (RFC 6901) into the event."""
    pointer = {"pointer": printable(refusal.pointer, LONGEST_REASON)} if refusal.pointer else {}
    return {"reason": clipped(refusal.reason), **pointer}


def clipped(reason: str) -> str:
    """Return a reason of bounded length."""
    return printable(reason, LONGEST_REASON)
