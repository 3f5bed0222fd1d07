"""Who may send what: networks for each route, and a token or password for all that take events."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from mqworker.core.intake.http import Answer, error
from mqworker.core.intake.routes import DOCUMENT, HANDSHAKE

Network = IPv4Network | IPv6Network

OPEN: Final = frozenset(("/live", "/ready", "/status", "/test"))
"""Routes that tell no secret and take nothing: whoever watches the service has no token."""

TOKEN_SCHEMES: Final = frozenset(("bearer", "apikey"))
"""RFC 6750; and what Elasticsearch's clients send an API key by."""

UNAUTHORIZED = error(
    401,
    "a token or a user name with its password is needed",
    (("www-authenticate", 'Basic realm="mqworker", charset="UTF-8"'),),
)
FORBIDDEN = error(403, "not from this address")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may send what.

    tokens: any of them opens every route. users: passwords by name.
    networks: for a route that is named here, the only addresses that may use it.
    """

    tokens: tuple[str, ...] = field(default=(), repr=False)
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    networks: Mapping[str, tuple[Network, ...]] = field(default_factory=dict)

    def refuse(self, route: str, address: str, authorization: str) -> Answer | None:
        """Return why a request is not let in, None if it is.

        Args:
            route: the route's name.
            address: the client's IP address.
            authorization: the header.
        """
        allowed = self.networks.get(HANDSHAKE if route == DOCUMENT else route)
        if allowed is not None and not is_in(address, allowed):
            return FORBIDDEN
        if route in OPEN or not (self.tokens or self.users):
            return None
        return None if self.knows(authorization) else UNAUTHORIZED

    def knows(self, authorization: str) -> bool:
        """Tell whether a header holds a token or a password that is known."""
        scheme, _, given = authorization.strip().partition(" ")
        given = given.strip()
        if scheme.lower() in TOKEN_SCHEMES:
            matches = [same(given, token) for token in self.tokens]
            return any(matches)
        if scheme.lower() == "basic":
            name, separator, password = decoded(given).partition(":")
            matches = [
                same(name, user) & same(password, known) for user, known in self.users.items()
            ]
            return bool(separator) and any(matches)
        return False


def same(given: str, known: str) -> bool:
    """Compare two texts in a time that does not tell where they differ."""
    return hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), known.encode("utf-8", "surrogateescape")
    )


def decoded(text: str) -> str:
    """Return what Base64 holds, "" if it holds no text."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def is_in(address: str, networks: tuple[Network, ...]) -> bool:
    """Tell whether an address is in one of some networks."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in networks)
