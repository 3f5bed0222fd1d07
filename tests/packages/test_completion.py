"""Completion as a person gets it: a real shell on a terminal, the command, and the tab key."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.packages.command import run
from tests.packages.debian import need

BIN = Path(sys.executable).parent
LIMIT_S = 30
ESCAPES = re.compile(
    r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\a\x1b]*(\a|\x1b\\)|[ -/]*[0-~])|[\r\b\x0e\x0f]"
)

SHELLS = {
    "bash": (["bash", "--noprofile", "--norc", "-i"], "bind 'set bell-style none'"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D"),
    "fish": (["fish", "--no-config", "-i"], "true"),
}
TYPED = {
    "mqworker deadl": "mqworker deadletter ",
    "mqworker deadletter rep": "mqworker deadletter replay ",
    "mqworker run --log-l": "mqworker run --log-level ",
    "mqworker run --log-level war": "mqworker run --log-level warning ",
    "mqworker run --queue ev": "mqworker run --queue eventtask ",
    "mqworker run --rules own-r": "mqworker run --rules own-rules.toml ",
    "mqworker explain own-e": "mqworker explain own-event.json ",
}


class Terminal:
    """What a shell shows, as far as it is text, and the keys that are pressed."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.screen = ""

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def wait_for(self, text: str) -> bool:
        """Read until a text is on the screen; tell whether it came."""
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            if text in ESCAPES.sub("", self.screen):
                return True
            if select.select([self.descriptor], [], [], 0.1)[0]:
                self.screen += os.read(self.descriptor, 65536).decode(errors="replace")
        return False


@contextmanager
def terminal(argv: list[str], where: Path) -> Iterator[Terminal]:
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(where)
        plain = {
            "TERM": "xterm",
            "HOME": str(where),
            "PATH": f"{BIN}:/usr/bin:/bin",
            "COLUMNS": "200",
        }
        os.execvpe(argv[0], argv, plain)  # noqa: S606 - the shell under test
    try:
        yield Terminal(descriptor)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(descriptor)
        os.waitpid(pid, 0)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_tab_key_completes_commands_options_and_their_values(
    shell: str, tmp_path: Path
) -> None:
    need(shell)
    for name in ("own-rules.toml", "own-event.json"):
        (tmp_path / name).touch()
    (tmp_path / "script").write_text(run(BIN / "mqworker", "completion", shell))
    argv, prepare = SHELLS[shell]
    with terminal(argv, tmp_path) as shown:
        shown.type(f"{prepare}\rsource ./script\recho RE''ADY\r")
        assert shown.wait_for("READY"), shown.screen
        for begun, whole in TYPED.items():
            shown.type(f"\x15{begun}\t")  # ^U: an empty line
            assert shown.wait_for(whole), (whole, ESCAPES.sub("", shown.screen))
