"""A password or key.

1. Its text leaves it through `reveal` only: it has no other way to be printed.
"""

from __future__ import annotations

from dataclasses import dataclass

from mqworker.core.urls import MASK


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password or key."""

    text: str

    def reveal(self) -> str:
        """Return the secret itself."""
        return self.text

    def __repr__(self) -> str:
        return MASK
