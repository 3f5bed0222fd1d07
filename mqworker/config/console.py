"""Options of the console: where it listens, who may look, and whether they may change anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mqworker.config.kinds import FILE, FLAG, url
from mqworker.config.networks import ADDRESS
from mqworker.config.option import option, optional


@dataclass(frozen=True)
class ConsoleOptions:
    """The console."""

    console_listen: str = option(
        ADDRESS,
        "Where mqworker console listens, as HOST:PORT: an address of this machine alone. Port 0 is "
        "any that is free.",
        "127.0.0.1:8090",
    )
    console_token_file: Path | None = optional(
        FILE,
        "A file that holds the token by which people are let in, of at least 20 characters. "
        "Without this option, systemd's credential console_token is used when there is one.",
        usual="a new one at each start, which is printed",
    )
    console_origin: str | None = optional(
        url("https://console.example.org", "http", "https"),
        "Where people find the console, when it is behind a reverse proxy: scheme, host and port.",
        usual="where it listens",
    )
    console_writable: bool = option(
        FLAG,
        "Let who has the token put dead letters back, and remove them.",
        False,
    )
