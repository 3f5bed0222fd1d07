"""Options of what can be seen of running workers, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mqworker.config.kinds import Kind, clipped, path
from mqworker.config.networks import ADDRESS
from mqworker.config.option import optional

PLACE = Kind("DIR", "the path of a directory, or none", path, show=str, quote=clipped)


@dataclass(frozen=True)
class SightOptions:
    """Seeing workers."""

    socket_directory: Path | None = optional(
        PLACE,
        "The directory of the sockets by which mqworker top, tap and console see workers. It is "
        "for this user alone (and root). The word none means no sockets.",
        usual="systemd's $RUNTIME_DIRECTORY, else mqworker/QUEUE below $XDG_RUNTIME_DIR, else "
        "below a directory in /tmp; who looks, looks into these and /run/mqworker/QUEUE",
    )
    metrics_listen: str | None = optional(
        ADDRESS,
        "Where /metrics (for Prometheus), /live and /ready are served, as HOST:PORT, for all "
        "processes of a worker together. There is no authentication: anyone who reaches it can "
        "read counts. Each worker on a machine needs a port of its own; one that is taken is tried "
        "again, and does not keep the worker from working.",
        usual="nowhere",
    )
