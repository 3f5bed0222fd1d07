"""Where a RabbitMQ broker is: `amqp://user:password@host:port/vhost`, and amqps.

Written as https://www.rabbitmq.com/docs/uri-spec says: user, password and virtual host are
percent-encoded. Two habits are allowed beyond it: without a virtual host, or with an empty one, it
is `/` (as pika and kombu take it), and so it is when written as `//` (as kombu writes it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from mqworker.core.errors import Misconfigured
from mqworker.core.urls import redact

PORTS = {"amqp": 5672, "amqps": 5671}

BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """A broker's address and who we are to it; `shown` is for people."""

    host: str
    port: int
    vhost: str
    tls: bool
    user: str | None
    password: str | None = field(repr=False)
    shown: str


def parse(url: str) -> BrokerUrl:
    """Read the URL of a RabbitMQ broker.

    Raises:
        Misconfigured: it is none; the message shows it without its password.
    """
    shown = redact(url)
    parts = split(url, shown)
    refuse_extras(parts, shown)
    return BrokerUrl(
        host=host(parts, shown),
        port=port(parts, shown),
        vhost=vhost(parts.path, shown),
        tls=parts.scheme == "amqps",
        user=decoded(parts.username, "user", shown),
        password=decoded(parts.password, "password", shown),
        shown=shown,
    )


def split(url: str, shown: str) -> SplitResult:
    """Take the URL apart."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise bad(shown, "is no URL (square brackets only enclose an IPv6 address)") from error
    if parts.scheme not in PORTS:
        raise bad(shown, "begins neither with amqp:// nor with amqps://")
    return parts


def refuse_extras(parts: SplitResult, shown: str) -> None:
    """Refuse what would be ignored silently."""
    if parts.query:
        raise bad(shown, "has a query (?…): settings are options of mqworker, not of the URL")
    if parts.fragment:
        raise bad(shown, "has a fragment: in user, password and virtual host, # is written %23")


def host(parts: SplitResult, shown: str) -> str:
    """Return the host's name or address."""
    if "@" in parts.path:
        raise bad(shown, "has an @ behind a /: in a password, / is written %2F and @ is %40")
    if not parts.hostname:
        raise bad(shown, "names no host")
    return parts.hostname


def port(parts: SplitResult, shown: str) -> int:
    """Return the port, the scheme's own if none is given."""
    try:
        given = parts.port
    except ValueError:
        raise bad(shown, "has no number from 1 to 65535 as its port") from None
    if given == 0:
        raise bad(shown, "has port 0")
    return given or PORTS[parts.scheme]


def vhost(path: str, shown: str) -> str:
    """Return the virtual host that the path names."""
    if path in {"", "/", "//"}:
        return "/"
    if "/" in path[1:]:
        raise bad(shown, "has a second / in its path: within a virtual host it is written %2F")
    return decoded(path[1:], "virtual host", shown) or "/"


def decoded(text: str | None, what: str, shown: str) -> str | None:
    """Return the text with its percent-encoding undone."""
    if text is None:
        return None
    try:
        if not BAD_ESCAPE.search(text):
            return unquote(text, errors="strict")
    except UnicodeDecodeError:
        pass
    raise bad(shown, f"has a % in its {what} that begins no UTF-8 escape: % itself is written %25")


def bad(shown: str, what: str) -> Misconfigured:
    """Return the error for a URL."""
    return Misconfigured(f"broker URL {shown} {what}")
