"""Body bytes to JSON text: content encodings, and gzip within bounds.

1. Never more than `limit` bytes (plus one) are inflated, however small the compressed body is.
2. A body that ends before its compressed data does is refused: half an event is no event.
"""

from __future__ import annotations

import re
import zlib
from typing import Final, NoReturn

from mqworker.core.errors import Refused
from mqworker.core.message import Refusal

_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_CHUNK_BYTES: Final = 64 * 1024
_MAX_MEMBERS: Final = 1000
_PADDING_TO_END: Final = re.compile(rb"\0*\Z")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class TooLarge(Refused):
    """More bytes, or events, than are allowed."""


class UnknownEncoding(Refused):
    """A content encoding that is not supported."""


# Shippers write the character set there too (kombu does): these change no byte.
_HARMLESS: Final = frozenset(
    (None, "", "utf-8", "utf8", "us-ascii", "ascii", "identity", "binary", "8bit", "7bit", "none")
)
_GZIP: Final = frozenset(("gzip", "x-gzip"))


def unpack(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """Return the JSON text of a body, without a byte order mark.

    What starts with gzip's magic number is inflated whatever the header says: no JSON starts so.

    Args:
        body: as delivered.
        content_encoding: the AMQP property.
        limit: the largest size in bytes, of the body and of what it inflates to.

    Raises:
        Refused: damaged or truncated gzip data.
        UnknownEncoding, TooLarge: what they say; both are `Refused`.
    """
    if content_encoding not in _HARMLESS:
        _require_known(str(content_encoding))
    if len(body) > limit:
        raise TooLarge(_refusal(f"the body has {len(body)} bytes, {limit} are allowed"))
    if body[:2] == _GZIP_MAGIC:
        body = _inflate(body, limit)
    return body[3:] if body[:3] == _BYTE_ORDER_MARK else body


def _require_known(content_encoding: str) -> None:
    encoding = content_encoding.strip().lower()
    if encoding not in _HARMLESS and encoding not in _GZIP:
        reason = f"content encoding {content_encoding[:40]!r} is not supported: send gzip or none"
        raise UnknownEncoding(_refusal(reason))


def _inflate(body: bytes, limit: int) -> bytes:
    """Inflate every gzip member (RFC 1952, section 2.2) of a body.

    Compressed data is fed in chunks: what follows a member is copied each time one ends, which
    for a body of many tiny members would otherwise be the whole rest.
    """
    inflated = bytearray()
    position = members = 0
    while not _PADDING_TO_END.match(body, position):
        position = _inflate_member(body, position, inflated, limit)
        members += 1
        if members > _MAX_MEMBERS:
            _refuse(f"more than {_MAX_MEMBERS} gzip members")
    return bytes(inflated)


def _inflate_member(body: bytes, position: int, inflated: bytearray, limit: int) -> int:
    """Append what the member at `position` holds; return where it ends."""
    member = zlib.decompressobj(_GZIP_WINDOW)
    while not member.eof:
        chunk = member.unconsumed_tail or body[position : position + _CHUNK_BYTES]
        if not chunk:
            _refuse(f"the gzip data ends too early, after {len(inflated)} bytes of text")
        position += 0 if member.unconsumed_tail else len(chunk)
        inflated += _inflate_chunk(member, chunk, limit + 1 - len(inflated))
        if len(inflated) > limit:
            raise TooLarge(_refusal(f"inflates to more than {limit} bytes"))
    return position - len(member.unused_data)


def _inflate_chunk(member: zlib._Decompress, chunk: bytes, room: int) -> bytes:
    try:
        return member.decompress(chunk, room)
    except zlib.error as error:
        _refuse(f"damaged gzip data: {error}")


def _refuse(reason: str) -> NoReturn:
    raise Refused(_refusal(reason))


def _refusal(reason: str) -> Refusal:
    return Refusal("decode", reason)
