"""Loggers that lead to one handler only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def logger(name: str, handler: logging.Handler) -> Iterator[logging.Logger]:
    """Give a logger with this handler alone; its handler is closed at the end."""
    log = logging.getLogger(name)
    before = log.handlers, log.propagate, log.level
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
    try:
        yield log
    finally:
        log.handlers, log.propagate = before[:2]
        log.setLevel(before[2])
        handler.close()
