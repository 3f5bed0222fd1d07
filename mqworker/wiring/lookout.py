"""Settings -> what asks the workers of a queue on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mqworker.config.settings import Settings
from mqworker.core.errors import Misconfigured
from mqworker.core.sight.state import State
from mqworker.sight.client import names, states
from mqworker.sight.directory import NONE, where_to_look


def directories(settings: Settings) -> list[Path]:
    """Return where the sockets of the workers of the first queue may be.

    Raises:
        Misconfigured: there shall be none.
    """
    if settings.socket_directory == NONE:
        raise Misconfigured("socket_directory is none: workers have no sockets to ask them by")
    return where_to_look(settings.first_queue, settings.socket_directory, os.environ)


def all_states(settings: Settings) -> list[State]:
    """Return what the workers of the first queue are at.

    Raises:
        Misconfigured: see `directories`.
    """
    found = {state.pid: state for place in directories(settings) for state in states(place)}
    return sorted(found.values(), key=lambda state: (state.lead, state.worker, state.pid))


def sockets(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Give the directory and the name of each socket of the first queue's workers.

    Raises:
        Misconfigured: see `directories`.
    """
    for place in directories(settings):
        for name in names(place):
            yield place, name
