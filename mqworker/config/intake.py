"""Options of the HTTP intake: where it listens, who may send, how much is too much."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mqworker.config.flow import KIBIBYTE, MEBIBYTE
from mqworker.config.kinds import FILE, FLAG, whole
from mqworker.config.networks import ADDRESS, ALLOWANCE
from mqworker.config.option import option, optional
from mqworker.config.quantities import duration, size, whole_duration


@dataclass(frozen=True)
class IntakeOptions:
    """The HTTP intake."""

    listen: tuple[str, ...] = option(
        ADDRESS,
        "Where mqworker intake listens, as HOST:PORT; an IPv6 address in brackets. Port 0 is any "
        "that is free. What is no address of this machine alone needs a form of authentication, "
        "or insecure.",
        ("127.0.0.1:8080",),
    )
    insecure: bool = option(
        FLAG,
        "Let anyone who can reach the intake send events: for networks that are trusted as a "
        "whole.",
        False,
    )
    intake_cert_file: Path | None = optional(
        FILE, "The intake's certificate (PEM), with those of its authorities: it then speaks HTTPS."
    )
    intake_key_file: Path | None = optional(FILE, "The private key (PEM) of intake_cert_file.")
    intake_client_ca_file: Path | None = optional(
        FILE,
        "Certificates (PEM) of the authorities that may vouch for clients: who has no certificate "
        "of theirs is not let in.",
    )
    intake_tokens_file: Path | None = optional(
        FILE,
        "A file of tokens, one on each line: clients send one of them (Authorization: Bearer, or "
        "ApiKey). Without this option, systemd's credential intake_tokens is used when there is "
        "one. Lines that begin with # are left out.",
    )
    intake_users_file: Path | None = optional(
        FILE,
        "A file of users, NAME:PASSWORD on each line, for basic authentication. Without this "
        "option, systemd's credential intake_users is used when there is one.",
    )
    allow: tuple[str, ...] = option(
        ALLOWANCE,
        "Who may use a route, as ROUTE=NETWORK (/nxlog=192.0.2.0/24). A route that is named takes "
        "requests from its networks only; name it once for each. Routes are /events, /nxlog, "
        "/cef, /custom, /_bulk, /v1/logs, /status, /live, /ready, /test, /metrics, and / for "
        "everything else of Elasticsearch's API.",
        (),
    )
    max_request: int = option(
        size(KIBIBYTE),
        "The largest body of a request, before and after decompression.",
        32 * MEBIBYTE,
    )
    max_request_events: int = option(whole(), "How many events a request may hold.", 50_000)
    max_connections: int = option(
        whole(), "How many connections may be open; one more is closed at once.", 1000
    )
    max_held: int = option(
        size(MEBIBYTE),
        "Bytes of the bodies that are being read or published, of all requests together; beyond "
        "that the answer is 503.",
        256 * MEBIBYTE,
    )
    max_waiting: int = option(
        size(MEBIBYTE),
        "Bytes of the events that wait for the broker; beyond that the answer is 503.",
        128 * MEBIBYTE,
    )
    read_timeout: float = option(
        duration(0.1), "How long the body of a request may take to arrive.", 30.0
    )
    header_timeout: float = option(
        duration(0.1),
        "How long the headers of a request may take to arrive, or a new connection be silent.",
        10.0,
    )
    idle_timeout: int = option(
        whole_duration(1, 3600), "How long a connection stays open between two requests.", 60
    )
    confirm_timeout: float = option(
        duration(0.1),
        "How long the broker may confirm nothing before requests that wait are answered 503.",
        10.0,
    )
