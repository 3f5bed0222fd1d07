"""`mqworker top` and `tap` where there is nobody to watch, no terminal, or a small one."""

from __future__ import annotations

import os
import select
import subprocess
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemons import PROGRAM, Daemon, await_condition
from tests.sightseeing import command, look

LIMIT_S = 60.0


@pytest.mark.parametrize("name", ["top", "tap"])
def test_without_workers_the_commands_say_so(sockets: Path, name: str) -> None:
    result = command(name, sockets, *(["--once"] if name == "top" else []))
    assert (69, True) == (result.returncode, "no worker answers" in result.stderr)


def test_top_says_what_to_do_where_there_is_no_terminal(
    watched: Callable[..., Daemon], sockets: Path
) -> None:
    watched()
    look(sockets, 1)
    result = command("top", sockets)
    assert (78, True) == (result.returncode, "--once" in result.stderr)


def test_top_fits_its_terminal_and_ends_with_a_key(
    watched: Callable[..., Daemon], sockets: Path
) -> None:
    watched()
    look(sockets, 1)
    main, other = os.openpty()
    termios.tcsetwinsize(other, (24, 80))
    process = subprocess.Popen(
        [PROGRAM, "top", "--config", "/dev/null", "--socket-directory", sockets],
        stdin=other,
        stdout=other,
        stderr=other,
    )
    os.close(other)
    seen = bytearray()

    def read(words: bytes) -> bool:
        if select.select([main], [], [], 0.1)[0]:
            seen.extend(os.read(main, 65536))
        return words in seen

    def narrow() -> bool:
        """Tell whether the last whole drawing is one for few columns."""
        read(b"")
        *_, last, _ = [b"", *seen.split(b"\x1b[J")]
        return b"WORKER" in last and b"MEM" not in last

    await_condition(lambda: read(b"MEM"), LIMIT_S)
    termios.tcsetwinsize(main, (6, 30))
    await_condition(narrow, LIMIT_S)
    os.write(main, b"q")
    await_condition(lambda: read(b"\x1b[?1049l"), LIMIT_S)
    os.close(main)
    assert 0 == process.wait(10)
