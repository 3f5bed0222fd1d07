"""Kinds of value that name addresses: where to listen, and who may come."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from mqworker.config.kinds import Kind, Unfit
from mqworker.config.suggest import closest
from mqworker.core.intake.routes import NAMES

HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.%\w]+\]|[^\s:\[\]]+):(\d{1,5})", re.ASCII)
HIGHEST_PORT = 65535


def address(value: object) -> str:
    """Accept HOST:PORT.

    Raises:
        Unfit: it is none.
    """
    found = HOST_AND_PORT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise Unfit
    if int(found[2]) > HIGHEST_PORT:
        raise Unfit(f"the highest port is {HIGHEST_PORT}")
    return found.string


def split_address(text: str) -> tuple[str, int]:
    """Return the host and the port of an accepted address."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def is_loopback(text: str) -> bool:
    """Tell whether an accepted address is reached from this machine only."""
    host, _ = split_address(text)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def allowance(value: object) -> str:
    """Accept ROUTE=NETWORK.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, str) or "=" not in value:
        raise Unfit
    route, _, network = value.partition("=")
    if route not in NAMES:
        raise Unfit(closest(route, NAMES) or f"{route} is no route")
    try:
        ip_network(network)
    except ValueError as error:
        raise Unfit(str(error)) from None
    return value


def networks_by_route(allowed: tuple[str, ...]) -> dict[str, tuple[IPv4Network | IPv6Network, ...]]:
    """Return the networks of each route that some accepted values name."""
    found: dict[str, tuple[IPv4Network | IPv6Network, ...]] = {}
    for each in allowed:
        route, _, network = each.partition("=")
        found[route] = (*found.get(route, ()), ip_network(network))
    return found


ADDRESS = Kind("HOST:PORT", "a host and a port such as 127.0.0.1:8080 or [::1]:8080", address)
ALLOWANCE = Kind("ROUTE=NETWORK", "a route and a network such as /events=192.0.2.0/24", allowance)
