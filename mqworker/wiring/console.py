"""Settings -> the console."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from mqworker.config.load import Loaded
from mqworker.config.networks import is_loopback
from mqworker.config.rulesfile import load_rules
from mqworker.config.settings import Settings
from mqworker.console.answers import Maker
from mqworker.console.app import Console
from mqworker.console.desk import Desk, Stacks
from mqworker.console.lookout import Lookout
from mqworker.console.pages import Pages
from mqworker.console.server import serve, static_files
from mqworker.console.sessions import Sessions
from mqworker.console.watch import Watch
from mqworker.core.console.access import Access
from mqworker.core.deadletter import Grave
from mqworker.core.errors import Misconfigured
from mqworker.core.urls import redact
from mqworker.intake.listening import shown
from mqworker.wiring.checkup import check_all
from mqworker.wiring.dead_letters import AHEAD, counter, open_returns, open_shelf
from mqworker.wiring.gauge import open_gauge, others_looking
from mqworker.wiring.lookout import all_states
from mqworker.wiring.policy import build_policy
from mqworker.wiring.sink import open_sink
from mqworker.wiring.sockets import bound

LEAST_TOKEN = 20
"""Characters."""


def run_console(loaded: Loaded, announce: Callable[[str], None]) -> int:
    """Be a console, until told to stop.

    Args:
        loaded: the configuration.
        announce: told the address by which people are let in, when the token is a new one; else
            the address alone.

    Returns:
        The exit status.

    Raises:
        Misconfigured: it can't work so.
    """
    settings = loaded.settings
    require_loopback(settings)
    token = token_of(settings)
    with ExitStack() as ending:
        listening = bound(settings.console_listen, "console_listen")
        ending.callback(listening.close)
        pages = open_pages(loaded, ending)
        console = Console(
            Access(token, origin_of(settings)),
            Sessions(time.monotonic),
            makers(pages),
            static_files(),
            f"mqworker_console_{listening.getsockname()[1]}",
            writable=settings.console_writable,
        )
        where = console.access.origin or shown(listening, tls=False)
        known = "" if settings.console_token else f"?token={token}"
        pages.watch.start()
        pages.lookout.start()
        serve(console, listening, partial(announce, f"{where}/{known}"))
    return 0


def require_loopback(settings: Settings) -> None:
    """See that the console can be reached from this machine only.

    Raises:
        Misconfigured: it could be from others.
    """
    if not is_loopback(settings.console_listen):
        port = settings.console_listen.rpartition(":")[2]
        raise Misconfigured(
            f"console_listen: {settings.console_listen} can be reached from other machines, and "
            f"the console speaks plain HTTP: listen on 127.0.0.1:{port}, and come by ssh -L "
            f"{port}:127.0.0.1:{port} or by a reverse proxy with TLS (console_origin)"
        )


def origin_of(settings: Settings) -> str:
    """Return where a reverse proxy shows the console, as browsers write it (RFC 6454); "" if none.

    Raises:
        Misconfigured: it names more than a host and a port.
    """
    if settings.console_origin is None:
        return ""
    parts = urlsplit(settings.console_origin.lower())
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise Misconfigured(
            f"console_origin: {redact(settings.console_origin)}: expected a scheme, a host and "
            "maybe a port: the console is at the root of its host"
        )
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"


def token_of(settings: Settings) -> str:
    """Return the token: the one that a file holds, else a new one.

    Raises:
        Misconfigured: it could be guessed.
    """
    if settings.console_token is None:
        return secrets.token_urlsafe(32)
    token = settings.console_token.reveal().strip()
    if len(token) < LEAST_TOKEN:
        raise Misconfigured(
            f"console_token_file: the token has {len(token)} characters, and needs {LEAST_TOKEN}: "
            "openssl rand -base64 32 makes one"
        )
    return token


def open_pages(loaded: Loaded, ending: ExitStack) -> Pages:
    """Return what makes the pages; it is closed by `ending`."""
    settings = loaded.settings
    queues = dict.fromkeys(settings.queue, False)
    queues |= {Grave(queue).dead_queue: True for queue in settings.queue}
    watch = Watch(lambda: open_gauge(settings, list(queues)), queues)
    ending.callback(watch.close)
    lookout = Lookout(partial(all_states, settings))
    ending.callback(lookout.close)
    archive = open_sink(settings)
    ending.callback(archive.close)
    desks = {queue: open_desk(replace(settings, queue=(queue,))) for queue in settings.queue}
    for desk in desks.values():
        ending.callback(desk.close)
    return Pages(
        desks=desks,
        limit=settings.dead_limit,
        watch=watch,
        lookout=lookout,
        archive=archive,
        policy=build_policy(settings),
        rules=load_rules(settings.rules),
        check=lambda: list(check_all(loaded, offline=False)),
    )


def open_desk(settings: Settings) -> Desk:
    """Return where the dead letters of one queue are."""
    return Desk(
        Stacks(
            partial(open_shelf, settings),
            partial(open_returns, settings),
            counter(settings),
            others_looking(settings),
            AHEAD,
        )
    )


def makers(pages: Pages) -> dict[str, Maker]:
    """Return what makes each page, by its route; `NAME!` is for the route's POST."""
    return {
        "overview": pages.overview,
        "letters": pages.letters,
        "letter": pages.letter,
        "body": pages.body,
        "job": pages.job,
        "trace": pages.trace,
        "event": pages.event,
        "search": pages.search,
        "health": pages.health,
        "remove": pages.remove,
        "remove!": pages.removed,
        "replay!": pages.replay,
        "stop!": pages.stop,
    }
