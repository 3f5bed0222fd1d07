"""Settings -> /metrics, /live and /ready: of one process, or of all workers of a supervisor.

1. A port that can't be had keeps nobody from working: it is told, and tried again.
2. The process of a supervisor's aide has its server, so that the supervisor needs no thread: it
   forks, and a thread may hold a lock meanwhile.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from mqworker.config.networks import split_address
from mqworker.config.settings import Settings
from mqworker.core.deadletter import Grave
from mqworker.core.errors import MqworkerError
from mqworker.core.sight.metrics import Instance
from mqworker.core.sight.state import State
from mqworker.sight.client import states
from mqworker.sight.directory import NONE, own_directory
from mqworker.sight.web import WatchServer
from mqworker.wiring.dead_letters import fullness

log = logging.getLogger(__name__)

AGAIN_S = 10.0
"""Between two attempts to listen, in seconds."""

POLL_S = 0.5

LETTERS_S = 60.0
"""How often the dead letters are counted, while somebody asks: each time is a connection."""

ORPHANED = 0

Look = Callable[[], Sequence[State]]
Orphaned = Callable[[], bool]


class DeadLetters:
    """How many dead letters wait; counted in the background, so that nobody waits for a broker."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.counted: dict[str, tuple[int, int]] = {}
        self.at = -LETTERS_S
        self.lock = threading.Lock()

    def known(self) -> dict[str, tuple[int, int]]:
        """Return what was counted last, and have it counted again if that was long ago."""
        with self.lock:
            now = time.monotonic()
            if now - self.at >= LETTERS_S:
                self.at = now
                threading.Thread(target=self.count, name="dead-letters", daemon=True).start()
        return self.counted

    def count(self) -> None:
        """Count."""
        found = {}
        for queue in self.settings.queue:
            try:
                full = fullness(replace(self.settings, queue=(queue,)))
            except MqworkerError as error:
                log.debug("dead letters of %s can't be counted: %s", queue, error)
            else:
                found[Grave(queue).dead_queue] = (full.ready, full.limit)
        self.counted = found


def serve(settings: Settings, look: Look, expected: int, letters: DeadLetters | None) -> None:
    """Serve metrics in threads from now on, if they are wanted."""
    if settings.metrics_listen is None:
        return
    address = settings.metrics_listen

    def instance() -> Instance:
        return Instance(look(), expected, letters.known() if letters else {})

    def work() -> None:
        listening(address, instance).serve_forever()

    threading.Thread(target=work, name="metrics", daemon=True).start()


def listening(address: str, look: Callable[[], Instance]) -> WatchServer:
    """Return the server, when its port can be had."""
    told = False
    while True:
        try:
            server = WatchServer(split_address(address), look)
        except OSError as error:
            if not told:
                log.error("no metrics at %s, trying again: %s", address, error.strerror or error)  # noqa: TRY400 - for the operator, not a defect
            told = True
            time.sleep(AGAIN_S)
        else:
            log.info("metrics at http://%s:%d/metrics", *server.server_address[:2])
            return server


def aide_of(settings: Settings, name: str) -> Callable[[Orphaned], int] | None:
    """Return what a supervisor's aide does; None where there is nothing to do.

    `name` is as for `mqworker.wiring.view.seen`.
    """
    if settings.metrics_listen is None or settings.socket_directory == NONE:
        return None
    return lambda orphaned: watch_workers(settings, name, orphaned)


def watch_workers(settings: Settings, name: str, orphaned: Orphaned) -> int:
    """Be the process that serves the metrics of a supervisor's workers, until it is gone."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    lead = os.getppid()
    directory = own_directory(name, settings.socket_directory, os.environ)

    def look() -> list[State]:
        return [state for state in states(directory) if state.lead == lead]

    serve(settings, look, settings.processes, DeadLetters(settings))
    while not orphaned():
        time.sleep(POLL_S)
    return ORPHANED
