"""What programs said that they must not say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.campaign.planted import SECRET
from tests.campaign.shipments import TOKEN
from tests.campaign.stores import PASSWORD

SECRETS = (PASSWORD, SECRET, TOKEN)
FORBIDDEN = ("Traceback (most recent call last)", "a defect of mqworker", "worker failed")


def complaints(logs: Iterable[Path]) -> Iterator[str]:
    """Give the lines of logs that must not be there, with what follows them."""
    for log in logs:
        lines = log.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines):
            if any(words in line for words in FORBIDDEN):
                yield f"{log.name}: " + " | ".join(lines[number : number + 30])[-1500:]
            if any(secret in line for secret in SECRETS):
                yield f"{log.name}: a secret in a log: {line[:200]}"
