"""What every way to run a service can do, and what it raises when it can't."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import pytest


class ServiceMissing(Exception):
    """The service can't be had on this machine; the message says how to get it."""


class SeriesMissing(Exception):
    """This machine runs another series of the service only; no reason to fail anywhere."""


class Lifecycle(Protocol):
    """One running service. Its state and its ports stay the same over stop, kill and start."""

    def start(self) -> None:
        """Start it unless it runs; returns before it answers."""

    def stop(self) -> None:
        """End it as an administrator would."""

    def kill(self) -> None:
        """End it as a power failure would (SIGKILL)."""

    def discard(self) -> None:
        """End it for good."""

    def running(self) -> bool:
        """Tell whether it runs."""

    def log_tail(self) -> str:
        """Return the last lines that it said."""


class Foreign:
    """A service that the environment named: the tests may use it, but not stop it."""

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pytest.skip("this service was named by the environment and is not the tests' to stop")

    kill = stop

    def discard(self) -> None:
        pass

    def running(self) -> bool:
        return True

    def log_tail(self) -> str:
        return "(its log is not at hand: the environment named it)"


def await_ready(service: Lifecycle, name: str, ready: Callable[[], bool], limit_s: float) -> None:
    """Return when `ready` says so.

    Raises:
        RuntimeError: the service ended or was not ready in time; the message holds its last lines.
            It does not run any more.
    """
    try:
        _poll(service, name, ready, time.monotonic() + limit_s)
    except BaseException:
        service.kill()
        raise


def _poll(service: Lifecycle, name: str, ready: Callable[[], bool], deadline: float) -> None:
    while not ready():
        if not service.running():
            raise RuntimeError(f"{name} ended while it started:\n{service.log_tail()}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{name} does not answer:\n{service.log_tail()}")
        time.sleep(0.1)
