"""IP addresses of `details`: in canonical form, where the index and correlation look for them.

1. What the sender stated stays: an address from a weaker field only fills an empty place.
2. What is no IP address never stays in `sourceipaddress` or `destinationipaddress` (the index
   would refuse the document): it moves to `details.source` or `details.destination`.
3. An IPv6 address is an address like any other; no 0.0.0.0 stands for it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, Final, NamedTuple

from mqworker.core.details import keep

_LONGEST_ADDRESS: Final = 64
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
is_canonical_ipv4: Final = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}").fullmatch
"""Nearly all addresses are that already, and the general way costs ten times as much."""
_CACHED_ADDRESSES: Final = 16_384
_JUDGED: Final[dict[str, bool]] = {}


class Address(NamedTuple):
    """An IP address as a sender wrote it.

    ip: in canonical form; an IPv4 address mapped into IPv6 is the IPv4 address.
    version: 4 or 6.
    port: what was written behind it, else "".
    exact: False when the text said more than `ip` does (a port, a zone).
    """

    ip: str
    version: int
    port: str
    exact: bool


class _Side(NamedTuple):
    address: str
    v4: str
    v6: str
    port: str
    aside: str
    aliases: tuple[str, ...]


_SIDES: Final = (
    _Side(
        "sourceipaddress",
        "sourceipv4address",
        "sourceipv6address",
        "sourceport",
        "source",
        # A forwarded header can be forged, so it comes last.
        ("srcip", "src", "cluster_client_ip", "http_x_forwarded_for"),
    ),
    _Side(
        "destinationipaddress",
        "destinationipv4address",
        "destinationipv6address",
        "destinationport",
        "destination",
        ("dstip", "dst"),
    ),
)
_SIDE_OF: Final = {side.address: side for side in _SIDES}
V4_OF: Final = {side.address: side.v4 for side in _SIDES}
"""By the name of an address: the name that it has beside that when it is an IPv4 address."""


def clean_addresses(fields: dict[str, Any]) -> None:
    """Put the addresses in `details` of a canonical event into their places and canonical form.

    Args:
        fields: the event; its `details` are changed.
    """
    details: dict[str, Any] = fields["details"]
    for side in _SIDES:
        text = details.get(side.address)
        if type(text) is str and is_known_ipv4(text):
            if side.v4 not in details:
                details[side.v4] = text
            continue
        stated = _take_stated(details, side) if side.address in details else None
        if address := stated or _find_alias(details, side.aliases):
            _place(details, side, address)


def is_known_ipv4(text: str) -> bool:
    """Tell whether text is a canonical IPv4 address; most addresses come again and again."""
    verdict = _JUDGED.get(text)
    if verdict is None:
        verdict = is_canonical_ipv4(text) is not None
        if len(text) <= _LONGEST_ADDRESS:
            if len(_JUDGED) >= _CACHED_ADDRESSES:
                _JUDGED.clear()
            _JUDGED[text] = verdict
    return verdict


def clean_address(details: dict[str, Any], name: str) -> None:
    """Put one address that was just stated into its canonical form.

    Args:
        details: of an event; they are changed.
        name: `sourceipaddress` or `destinationipaddress`, which is there.
    """
    side = _SIDE_OF[name]
    if address := _take_stated(details, side):
        _place(details, side, address)


def read_address(value: Any) -> Address | None:
    """Return the IP address that a JSON value holds; None when it holds none, or several.

    Understood are the usual notations, `[2001:db8::1]`, a zone (`fe80::1%eth0`) and a port where
    it can't be mistaken: `192.0.2.1:443`, `[2001:db8::1]:443`.
    """
    if type(value) is list and len(value) == 1:
        value = value[0]
    if type(value) is not str or len(value) > _LONGEST_ADDRESS:
        return None
    if is_canonical_ipv4(value):
        return Address(value, 4, "", exact=True)
    return _read_text(value)


@lru_cache(maxsize=_CACHED_ADDRESSES)
def _read_text(text: str) -> Address | None:
    bare, port = _split_port(text.strip())
    host, _, zone = bare.partition("%")
    try:
        ip = ip_address(host)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    elif zone and ip.version == 4:  # noqa: PLR2004
        return None
    return Address(str(ip), ip.version, port, exact=not port and not zone)


def _split_port(text: str) -> tuple[str, str]:
    """Split `192.0.2.1:443` and `[2001:db8::1]:443`; without brackets IPv6 can't carry a port."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
        is_whole = closed and (not rest or (port != rest and _is_port(port)))
        return (host, port) if is_whole and ":" in host else ("", "")
    host, _, port = text.partition(":")
    return (host, port) if _is_port(port) and "." in host else (text, "")


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535  # noqa: PLR2004


def _take_stated(details: dict[str, Any], side: _Side) -> Address | None:
    """Return the address that the sender stated; what more or else it wrote moves aside."""
    stated = details[side.address]
    if stated is None:
        return None
    address = read_address(stated)
    if address is None:
        del details[side.address]
    if stated != "" and not (address and address.exact):
        keep(details, side.aside, stated)
    return address


def _find_alias(details: dict[str, Any], names: tuple[str, ...]) -> Address | None:
    for name in names:
        value = details.get(name)
        if value is None:
            continue
        if type(value) is str:
            value = value.partition(",")[0]
        if address := read_address(value):
            return address
    return None


def _place(details: dict[str, Any], side: _Side, address: Address) -> None:
    details[side.address] = address.ip
    version = side.v4 if address.version == 4 else side.v6  # noqa: PLR2004
    if version not in details:
        details[version] = address.ip
    if address.port and details.get(side.port) in (None, ""):
        details[side.port] = address.port
