"""Options of the service itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mqworker.config.kinds import FILE, choice, whole
from mqworker.config.option import option, optional
from mqworker.config.quantities import duration


@dataclass(frozen=True)
class OperationOptions:
    """The service."""

    processes: int = option(
        whole(1, 256),
        "Worker processes; with more than one they are supervised, and one that dies is replaced.",
        1,
    )
    drain: float = option(
        duration(),
        "How long to finish what is in flight after SIGTERM; what is left then goes back to the "
        "broker.",
        25.0,
    )
    socket_directory: Path | None = optional(
        FILE,
        "Where workers have the sockets by which mqworker top, tap and console see them, and where "
        "these look: for this user and root alone. The word none means no sockets.",
        usual="systemd's $RUNTIME_DIRECTORY, else mqworker/QUEUE below /run or $XDG_RUNTIME_DIR, "
        "else a directory for this user alone below /tmp",
    )
    log_level: Literal["debug", "info", "warning", "error"] = option(
        choice("debug", "info", "warning", "error"), "The least important lines to log.", "info"
    )
    log_format: Literal["text", "json"] = option(
        choice("text", "json"),
        "How to log, to standard error: key=value pairs, or a JSON object on each line.",
        "text",
    )
