"""A terminal that is drawn on anew again and again, until a key ends it."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from mqworker.core.sight.board import Frame

HOME = "\x1b[H"
CLEAR_LINE = "\x1b[K"
CLEAR_BELOW = "\x1b[J"
SHOW = "\x1b[?25h\x1b[?1049l"
HIDE = "\x1b[?1049h\x1b[?25l"
"""The other screen, which leaves what was there before as it was, without a cursor."""

LIKELY = Frame(80, 24)
"""Where the terminal does not know its size."""

END_KEYS = b"qQ\x03\x04\x1b"


def frame() -> Frame:
    """Return how large the terminal is now; $COLUMNS may tell how large it once was."""
    size = os.get_terminal_size(sys.stdout.fileno())
    return Frame(size.columns or LIKELY.width, size.lines or LIKELY.height)


def draw(lines: Sequence[str]) -> None:
    """Show lines in place of what was there; nothing flickers, as nothing is cleared first."""
    text = "".join(f"{line}{CLEAR_LINE}\n" for line in lines[:-1])
    text += "".join(f"{line}{CLEAR_LINE}" for line in lines[-1:])
    sys.stdout.write(HOME + text + CLEAR_BELOW)
    sys.stdout.flush()


@contextmanager
def screen() -> Iterator[None]:
    """Have the terminal for a block; it is given back as it was, whatever happens."""
    number = sys.stdin.fileno()
    kept = termios.tcgetattr(number)
    sys.stdout.write(HIDE)
    try:
        tty.setcbreak(number)
        yield
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, kept)
        sys.stdout.write(SHOW)
        sys.stdout.flush()


def wait(seconds: float, again: Callable[[], None]) -> bool:
    """Wait, and draw again when the terminal's size has changed; return True for a key to end."""
    until, before = time.monotonic() + seconds, frame()
    while (left_s := until - time.monotonic()) > 0:
        if select.select([sys.stdin], [], [], min(left_s, 0.2))[0]:
            keys = os.read(sys.stdin.fileno(), 64)
            if not keys or any(key in keys for key in END_KEYS):
                return True
        if frame() != before:
            before = frame()
            again()
    return False
