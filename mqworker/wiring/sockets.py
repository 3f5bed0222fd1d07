"""Settings -> sockets to listen on."""

from __future__ import annotations

import socket

from mqworker.config.networks import split_address
from mqworker.core.errors import Misconfigured


def bind(addresses: tuple[str, ...], option: str = "listen") -> list[socket.socket]:
    """Bind the addresses that an option names.

    Raises:
        Misconfigured: one can't be had.
    """
    return [bound(each, option) for each in addresses]


def bound(text: str, option: str) -> socket.socket:
    """Bind one address."""
    host, port = split_address(text)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, where = found[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
    except OSError as error:
        raise Misconfigured(f"{option}: {text}: {error.strerror or error}") from error
    return made
