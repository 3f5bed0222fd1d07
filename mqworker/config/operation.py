"""Options of the service itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mqworker.config.kinds import FLAG, choice, whole
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
    traces: bool | None = optional(
        FLAG,
        "Whether to send traces by OTLP over HTTP, as OpenTelemetry's own variables say. "
        "It takes the extra: pip install 'mqworker[otel]'.",
        usual="whether $OTEL_EXPORTER_OTLP_ENDPOINT is set",
    )
    log_level: Literal["debug", "info", "warning", "error"] = option(
        choice("debug", "info", "warning", "error"), "The least important lines to log.", "info"
    )
    log_format: Literal["auto", "text", "json", "journal"] = option(
        choice("auto", "text", "json", "journal"),
        "How to log: `journal` is systemd's journal, with a field for each fact; `text` "
        "(key=value pairs) and `json` (an object on each line) go to standard error. `auto` is "
        "`journal` where systemd has connected standard error to it, else `text`.",
        "auto",
    )
