"""Options of the service itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mqworker.config.kinds import choice, whole
from mqworker.config.option import option
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
    log_level: Literal["debug", "info", "warning", "error"] = option(
        choice("debug", "info", "warning", "error"), "The least important lines to log.", "info"
    )
    log_format: Literal["text", "json"] = option(
        choice("text", "json"),
        "How to log, to standard error: key=value pairs, or a JSON object on each line.",
        "text",
    )
