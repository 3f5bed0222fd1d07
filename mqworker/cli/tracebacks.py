"""What a log says of an exception.

1. Unless debugging was asked for, an exception's own words are left out where they may quote what
   was being worked on: a ValueError names the value. Its type, and the way to it, always show.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

from mqworker.core.errors import Misconfigured, Unavailable
from mqworker.core.urls import redact_text

SAFE = (OSError, Unavailable, Misconfigured)
"""These speak of services, files and options."""

LEFT_OUT = "(what it says is logged at level debug)"


def traceback_of(error: BaseException, *, words: bool) -> str:
    """Return the traceback of an exception and of those before it, without passwords.

    Args:
        error: the exception.
        words: whether each exception may say what it likes.
    """
    if words:
        whole = "".join(traceback.format_exception(error))
    else:
        whole = "".join(part for each in reversed([*chain(error)]) for part in frames(each))
    return redact_text(whole.rstrip("\n"))


def chain(error: BaseException) -> Iterator[BaseException]:
    """Give an exception, then the one that it came from, and so on."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        context = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or context


def frames(error: BaseException) -> Iterator[str]:
    """Give the lines on an exception by itself."""
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    said = str(error) if isinstance(error, SAFE) else LEFT_OUT
    yield f"{type(error).__qualname__}: {said}\n"


def debugging() -> bool:
    """Tell whether the operator asked for everything."""
    return logging.getLogger().level <= logging.DEBUG
