"""Who may ask the console: those who come by its own name, with its token, from its own pages.

1. Only names of this machine are taken for the Host (RFC 9110, 7.2), or the one that the operator
   named: a page of a stranger whose name was made to lead here (DNS rebinding) does not get in.
2. A change is asked for by POST, from a page of the console itself (Origin, Fetch Metadata), with
   the word that only its session was told.
3. Secrets are compared in a time that does not tell where they differ.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?", re.ASCII)

WRONG_HOST = "the console is not known by this name: use 127.0.0.1, localhost or console_origin"
FOREIGN = "this was not asked for by a page of the console"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask.

    token: lets people in.
    origin: where a reverse proxy shows the console, as scheme://host[:port]; "" without one.
    """

    token: str = field(repr=False)
    origin: str = ""

    def knows_host(self, host: str) -> bool:
        """Tell whether a Host is one of ours."""
        found = HOST.fullmatch(host.lower())
        if found is None:
            return False
        return is_local(found[1].strip("[]")) or host.lower() == urlsplit(self.origin).netloc

    def is_own(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a page of the console made a request; headers are by name in small letters.

        A browser says so by Origin with every POST; Fetch Metadata is believed where it is there.
        """
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return False
        host, origin = headers.get("host", "").lower(), headers.get("origin", "")
        if self.origin and origin == self.origin:
            return True
        return origin == f"http://{host}" and host != urlsplit(self.origin).netloc

    def lets_in(self, given: str) -> bool:
        """Tell whether this is the token."""
        return same(given, self.token)

    @property
    def is_encrypted(self) -> bool:
        """Whether people come by HTTPS, so that a cookie is for HTTPS only."""
        return self.origin.startswith("https:")


def is_local(name: str) -> bool:
    """Tell whether a name is one of this machine's for itself."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def same(given: str, known: str) -> bool:
    """Compare two texts in a time that does not tell where they differ."""
    return hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), known.encode("utf-8", "surrogateescape")
    )


def bearer(headers: Mapping[str, str]) -> str:
    """Return the token that a program sends (RFC 6750), "" when it sends none."""
    scheme, _, given = headers.get("authorization", "").strip().partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def cookie(headers: Mapping[str, str], name: str) -> str:
    """Return a cookie (RFC 6265, 5.4), "" when there is none; of two the first, which is ours.

    A cookie of the same name for another path comes later only if its path is shorter; ours is /.
    """
    for part in headers.get("cookie", "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may load and send, whatever stands in a page (CSP, level 3)."""

SECURITY: Final = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    # Not no-referrer: with that a browser hides the Origin of our own forms, too.
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
)
"""Headers of every answer."""
