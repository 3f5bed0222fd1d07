"""A service as a program of this machine: own session, own log, gone when the tests are."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services.lifecycle import ServiceMissing

GUARD = Path(__file__).with_name("guard.py")
LOG_LINES = 25
# Below the range from which the kernel takes ports of outgoing connections: a client that tries
# again while the service is down would else meet itself there.
PORTS = range(20_000, 32_000)


class Program:
    """Runs `argv` under the guard. Implements `Lifecycle`."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        directory: Path,
        *,
        stop_limit_s: float = 30,
    ) -> None:
        self.argv = list(argv)
        self.env = dict(env)
        self.directory = directory
        self.stop_limit_s = stop_limit_s
        self.log = directory / "output.log"
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.running():
            return
        with self.log.open("ab") as log:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), *self.argv],
                env=self.env,
                cwd=self.directory,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        if self._guard is None:
            return
        self._guard.terminate()
        try:
            self._guard.wait(self.stop_limit_s)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        if self._guard is None:
            return
        guard, self._guard = self._guard, None
        assert guard.stdin is not None
        guard.stdin.close()
        guard.wait()

    discard = kill

    def running(self) -> bool:
        return self._guard is not None and self._guard.poll() is None

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-LOG_LINES:])


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServiceMissing("no free TCP port between 20000 and 32000")
