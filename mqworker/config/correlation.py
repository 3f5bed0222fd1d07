"""Options of correlation: its rules, and where it keeps what it remembers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from mqworker.config.kinds import FILE, FLAG, Kind, Unfit, choice, quote_url, url
from mqworker.config.option import computed, option, optional
from mqworker.core.urls import redact

IN_PROCESS = "process:"
REMOTE = ("redis", "rediss", "valkey", "valkeys")
ELSEWHERE = url("redis://host:6379/0", "sqlite", *REMOTE)
FILE_NAME = "memory.db"


def memory_url(value: object) -> str:
    """Accept where a memory is.

    Raises:
        Unfit: it is nowhere.
    """
    if value == IN_PROCESS:
        return IN_PROCESS
    if isinstance(value, str) and value.rstrip(":/") == "process":
        raise Unfit(f"the one within the process is written {IN_PROCESS}")
    accepted: str = ELSEWHERE.accept(value)
    return accepted


MEMORY = Kind(
    "URL",
    f"{IN_PROCESS} or {ELSEWHERE.expects}",
    memory_url,
    show=redact,
    quote=quote_url,
)


def default_memory() -> str:
    """Return the URL of the file that all workers of this user, or of one systemd unit, share.

    The directory is systemd's StateDirectory= (systemd.exec(5)), else that of the XDG Base
    Directory Specification, which has a relative path ignored.
    """
    given = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    home = os.environ.get("XDG_STATE_HOME", "")
    if given:
        directory = Path(given)
    elif home.startswith("/"):
        directory = Path(home, "mqworker")
    else:
        directory = Path("~/.local/state/mqworker").expanduser()
    return f"sqlite:///{quote(str(directory / FILE_NAME))}"


@dataclass(frozen=True)
class CorrelationOptions:
    """Correlation."""

    rules: Path | None = optional(
        FILE,
        "The rules by which events are linked, in TOML; docs/rules.rst explains them. The file "
        "takes the place of the shipped one. Workers that share a memory need the same rules.",
        usual="the shipped ones",
    )
    memory: str = computed(
        MEMORY,
        "Where correlation keeps what it remembers. sqlite:///FILE is shared by all workers of one "
        "host, with a slash more when the path is absolute; redis://, valkey:// and, with TLS, "
        "rediss:// and valkeys:// by those of many hosts. process: is for one worker and ends with "
        "it. Workers that share a memory complete each other's documents, so they need the same "
        "sink. The password can be kept out of the URL: see memory_password_file.",
        default_memory,
        usual=f"{FILE_NAME} in systemd's $STATE_DIRECTORY, else in $XDG_STATE_HOME/mqworker, else "
        "in ~/.local/state/mqworker",
    )
    memory_outage: Literal["wait", "index"] = option(
        choice("wait", "index"),
        "What to do while the memory is gone: wait; or index documents as their senders stated "
        "them, and acknowledge them when they are remembered and complete.",
        "wait",
    )
    memory_password_file: Path | None = optional(
        FILE,
        "A file that holds the memory's password, for a URL that holds none. Without this option, "
        "systemd's credential memory_password is used when there is one.",
        usual="the URL's",
    )
    memory_ca_file: Path | None = optional(
        FILE,
        "Certificates (PEM) of the authorities that may vouch for the memory.",
        usual="those of the system",
    )
    memory_cert_file: Path | None = optional(
        FILE, "The worker's own certificate (PEM), shown to the memory."
    )
    memory_key_file: Path | None = optional(FILE, "The private key (PEM) of memory_cert_file.")
    memory_verify: bool = option(
        FLAG,
        "Check the memory's certificate and that it is the memory's. Turning this off lets anyone "
        "on the way read and change everything.",
        True,
    )
