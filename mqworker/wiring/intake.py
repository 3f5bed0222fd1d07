"""Settings -> the HTTP intake."""

from __future__ import annotations

import logging
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

from mqworker import __version__
from mqworker.config.networks import is_loopback, networks_by_route
from mqworker.config.secret import Secret
from mqworker.config.settings import Settings
from mqworker.core.bounds import Limits
from mqworker.core.deadletter import Grave
from mqworker.core.errors import Misconfigured, MqworkerError
from mqworker.core.intake.access import Access
from mqworker.core.intake.rules import Rules
from mqworker.core.liveness import LEAST_S
from mqworker.intake.app import Intake, Patience
from mqworker.intake.outflow import Bounds, Outflow, Outlet
from mqworker.intake.protocol import ConnectionBounds
from mqworker.intake.server import Serving, serve
from mqworker.notification import service_manager
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.pulse import Pulse
from mqworker.service import Service
from mqworker.wiring.broker import open_dead_letters, open_publisher, reach_by, warn
from mqworker.wiring.texts import scheme
from mqworker.wiring.tracing import open_export, request_traces

log = logging.getLogger(__name__)

FIRST_WORD_S = 3.0
"""How long the start waits for the broker, in seconds; then it listens all the same."""

DAILY = ("published",)
"""The rates that are always told."""

LANES = 2
"""Connections to RabbitMQ: while one waits for confirmations, the other is written to."""


def run_intake(
    settings: Settings, reread: Callable[[], Settings], sockets: list[socket.socket]
) -> int:
    """Be an intake, until told to stop.

    Args:
        settings: the configuration.
        reread: reads it again, at a reload; raises Misconfigured.
        sockets: bound ones.

    Returns:
        The exit status.

    Raises:
        Misconfigured: it can't work so.
    """
    warn(settings)
    require_protection(settings)
    export = open_export(settings, os.environ)
    patience = settings.confirm_timeout + LEAST_S
    service = Service(service_manager(os.environ), patience, daily=DAILY)
    intake = Intake(
        rules_of(settings),
        access_of(settings),
        open_outflow(settings, service.pulse),
        Patience(settings.read_timeout, settings.max_held),
        traces=request_traces(export, settings),
    )
    context = tls_context(settings)
    serving = Serving(
        sockets,
        context,
        settings.idle_timeout,
        int(settings.drain),
        ConnectionBounds(settings.max_connections, settings.header_timeout),
        lambda: renew(intake, context, reread),
        service,
    )
    service.starting("opening the broker")
    intake.outflow.start(FIRST_WORD_S)
    try:
        serve(intake, serving)
    finally:
        if export:
            export.close()
    return 0


def renew(intake: Intake, context: ssl.SSLContext | None, reread: Callable[[], Settings]) -> str:
    """Read certificates, tokens, users and networks again; keep the old ones if they are bad.

    Returns what came of it, for people.
    """
    try:
        settings = reread()
        require_protection(settings)
        access = access_of(settings)
        if context:
            load_certificates(context, settings)
    except MqworkerError as error:
        log.error("reload refused, the old configuration stays: %s", error)  # noqa: TRY400 - for the operator, not a defect
        return f"reload refused, the old configuration stays: {error}"
    intake.access = access
    log.info("reloaded certificates, tokens, users and networks")
    return "reloaded certificates, tokens, users and networks"


def require_protection(settings: Settings) -> None:
    """See that not everyone who can reach the intake can send events.

    Raises:
        Misconfigured: they can, and nobody said that they may.
    """
    exposed = [each for each in settings.listen if not is_loopback(each)]
    secret = settings.intake_tokens or settings.intake_users
    if exposed and not (secret or settings.intake_client_ca_file or settings.insecure):
        raise Misconfigured(
            f"listen: {exposed[0]} can be reached from other machines: give intake_tokens_file, "
            "intake_users_file or intake_client_ca_file, or say insecure"
        )
    if exposed and secret and not settings.intake_cert_file:
        log.warning("tokens and passwords go over the network as they are: no intake_cert_file")


def rules_of(settings: Settings) -> Rules:
    """Return what is too much, and where events go."""
    return Rules(
        Grave(settings.first_queue),
        settings.exchange[0],
        Limits(settings.max_body, settings.max_depth, settings.max_keys, settings.max_events),
        settings.max_request,
        settings.max_request_events,
        f"mqworker/{__version__}",
    )


def access_of(settings: Settings) -> Access:
    """Return who may send what.

    Raises:
        Misconfigured: a line of a file makes no sense.
    """
    users = {}
    for number, line in lines_of(settings.intake_users):
        name, separator, password = line.partition(":")
        if not separator or not name or not password:
            raise Misconfigured(f"intake_users_file: line {number}: expected NAME:PASSWORD")
        users[name] = password
    tokens = tuple(line for _, line in lines_of(settings.intake_tokens))
    return Access(tokens, users, networks_by_route(settings.allow))


def lines_of(secret: Secret | None) -> Iterator[tuple[int, str]]:
    """Give the lines of a secret that hold something, with their numbers."""
    for number, line in enumerate(secret.reveal().splitlines() if secret else (), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield number, text


def open_outflow(settings: Settings, pulse: Pulse) -> Outflow:
    """Return the way to the broker: two lanes to RabbitMQ, one to others."""
    lanes = LANES if scheme(settings.broker[0]) in ("amqp", "amqps") else 1
    outlets = [open_outlet(settings) for _ in range(lanes)]
    return Outflow(outlets, Bounds(size=settings.max_waiting), pulse=pulse)


def open_outlet(settings: Settings) -> Outlet:
    """Return one lane's way to the broker."""
    events, letters = open_publisher(settings), open_dead_letters(settings)
    for publisher in (events, letters):
        if isinstance(publisher, RabbitmqPublisher):
            publisher.confirm_timeout_s = settings.confirm_timeout
    return Outlet(events, letters, reach_by(events))


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return how to speak TLS, None if plain HTTP is spoken.

    Raises:
        Misconfigured: a file can't be used.
    """
    if settings.intake_cert_file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load_certificates(context, settings)
    return context


def load_certificates(context: ssl.SSLContext, settings: Settings) -> None:
    """Read the files of TLS; connections from now on are served by them.

    Raises:
        Misconfigured: a file can't be used.
    """
    certificate, authorities = settings.intake_cert_file, settings.intake_client_ca_file
    try:
        context.load_cert_chain(certificate or "", settings.intake_key_file, password="")
        if authorities:
            context.load_verify_locations(authorities)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(map(str, filter(None, named(settings))))
        raise Misconfigured(f"TLS files ({files}) can't be used: {error}") from error


def named(settings: Settings) -> tuple[Path | None, ...]:
    """Return the files of TLS."""
    return settings.intake_cert_file, settings.intake_key_file, settings.intake_client_ca_file
