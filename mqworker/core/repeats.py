"""Log messages that repeat: which are said, which are held back, and how many those were.

1. Nothing is lost silently: what was held back is counted, and its number is told once its window
   is over.
2. Kinds don't know each other: however often one is repeated, any other is said at once.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bound:
    """most: how many messages of a kind are said in a window of `window_s` seconds."""

    most: int = 20
    window_s: float = 30.0


@dataclass(slots=True)
class Window:
    """What came of a kind since the window began; `ends` on the caller's clock, in seconds."""

    ends: float
    said: int = 0
    held: int = 0


@dataclass(slots=True)
class Repeats:
    """The windows of all kinds that came lately."""

    bound: Bound = field(default_factory=Bound)
    windows: dict[Hashable, Window] = field(default_factory=dict)

    def says(self, kind: Hashable, now: float) -> bool:
        """Tell whether a message is to be said; if not, it is counted as held back.

        To be asked after `over`: a window that is over but not closed goes on.
        """
        window = self.windows.get(kind)
        if window is None:
            window = self.windows[kind] = Window(now + self.bound.window_s)
        if window.said < self.bound.most:
            window.said += 1
            return True
        window.held += 1
        return False

    def over(self, now: float) -> dict[Hashable, int]:
        """Close the windows that are over; return how many were held back, where some were."""
        return self.close({kind for kind, window in self.windows.items() if window.ends <= now})

    def rest(self) -> dict[Hashable, int]:
        """Close all windows, at the end; return how many were held back, where some were."""
        return self.close(set(self.windows))

    def close(self, kinds: set[Hashable]) -> dict[Hashable, int]:
        """Close some windows; return how many were held back, where some were."""
        closed = {kind: self.windows.pop(kind).held for kind in kinds}
        return {kind: held for kind, held in closed.items() if held}
