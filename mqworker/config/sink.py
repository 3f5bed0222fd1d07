"""Options of the sink: where documents are stored, and who we are to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mqworker.config.kinds import FILE, FLAG, text, url
from mqworker.config.option import option, optional
from mqworker.config.quantities import duration


@dataclass(frozen=True)
class SinkOptions:
    """The sink."""

    sink: tuple[str, ...] = option(
        url("https://host:9200", "http", "https", "sqlite"),
        "Where documents are stored. http:// and https:// are Elasticsearch 8.19 or 9; several are "
        "nodes of one cluster. sqlite:///FILE is the embedded sink, with a slash more when the "
        "path is absolute (sqlite:////var/lib/mqworker/events.db).",
        ("http://127.0.0.1:9200",),
    )
    sink_ca_file: Path | None = optional(
        FILE,
        "Certificates (PEM) of the authorities that may vouch for Elasticsearch.",
        usual="those of the system",
    )
    sink_cert_file: Path | None = optional(
        FILE, "The worker's own certificate (PEM), shown to Elasticsearch."
    )
    sink_key_file: Path | None = optional(FILE, "The private key (PEM) of sink_cert_file.")
    sink_username: str | None = optional(text(), "The user name, for URLs that hold none.")
    sink_password_file: Path | None = optional(
        FILE,
        "A file that holds the password of sink_username. Without this option, systemd's "
        "credential sink_password is used when there is one.",
    )
    sink_api_key_file: Path | None = optional(
        FILE,
        "A file that holds an API key, encoded as Elasticsearch gives it out. Without this option, "
        "systemd's credential sink_api_key is used when there is one.",
    )
    sink_verify: bool = option(
        FLAG,
        "Check Elasticsearch's certificate and that it is Elasticsearch's. Turning this off lets "
        "anyone on the way read and change everything.",
        True,
    )
    sink_timeout: float = option(
        duration(0.1),
        "How long one request may take before it counts as unanswered and is tried again.",
        30.0,
    )
    sink_setup: bool = option(
        FLAG,
        "Install or upgrade the index template at start. When this is off, or the privilege is "
        "missing, the worker starts only if the template is there (see mqworker setup).",
        True,
    )
    ilm_policy: str | None = optional(
        text(),
        "The lifecycle policy of Elasticsearch that each day's index gets, for clusters that have "
        "lifecycles (ILM). It must not roll indices over. It holds for indices made after that.",
    )
