r"""Bytes to records: what a message's body may look like, and the answer to everything else.

One JSON object (indented too), an array of objects, or objects separated by newlines, in UTF-8
(RFC 8259), plain or in gzip. The content type says nothing: shippers send any, or none.

=============================================  =================================================
body                                           answer
=============================================  =================================================
empty, only white space, `[]`                  refused: no event in it
a number, string, boolean, null                refused: not an object
an array or lines with something that          a refusal in the place of that item; the others
is no object                                   are used
one broken line of several                     the same, when the first line is JSON by itself;
                                               else the whole body is refused
bad UTF-8                                      refused, with the byte's offset
NaN, Infinity, 1e999                           refused: no JSON
a lone surrogate (`"\ud800"`)                  refused: no Unicode text
a key twice in one object                      the last one wins (audisp-json sends such)
an integer beyond 64 bits                      read as a floating-point number
UTF-8 byte order mark                          ignored; UTF-16 and UTF-32 are bad UTF-8
too many bytes, levels, keys, events; a key    refused (see `Limits`)
that is too long
gzip, also unannounced, of several members     inflated within the size limit
truncated or damaged gzip; another encoding    refused
=============================================  =================================================

1. Nothing is skipped: each event of a body is a record or a refusal, in its place.
2. Every bound holds before time or memory is spent beyond it; nothing recurses.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple, NoReturn

import orjson

from mqworker.core.bounds import Limits, find_excess
from mqworker.core.errors import Refused
from mqworker.core.inflate import unpack
from mqworker.core.message import Record, Refusal

__all__ = ["Decoded", "Limits", "decode", "explain"]

_LINE: Final = re.compile(rb"[^ \t\r\n][^\n]*")
_NO_JSON_NUMBERS: Final = ("NaN", "Infinity")


class Decoded(NamedTuple):
    """The events of one message, in order: a record, or a refusal in the place of one.

    several: False when the message is exactly one event, however it was written.
    """

    items: list[Record | Refusal]
    several: bool


def decode(body: bytes, content_encoding: str | None, limits: Limits) -> Decoded:
    """Read the events of a message's body.

    Args:
        body: as delivered.
        content_encoding: the AMQP property: gzip, a character set, or none.
        limits: what one message may hold.

    Raises:
        Refused: nothing of the body can be used.
    """
    text = unpack(body, content_encoding, limits.max_body_bytes)
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return _decode_lines(text, error, limits)
    if type(value) is list:
        return _decode_array(value, limits)
    item = _check(value, limits)
    if type(item) is Refusal:
        raise Refused(item)
    return tuple.__new__(Decoded, ([item], False))


def _decode_array(values: list[Any], limits: Limits) -> Decoded:
    if not values:
        _refuse("an empty array: there is no event in it")
    if len(values) > limits.max_events:
        _refuse(f"more than {limits.max_events} events in one message")
    return Decoded([_check(value, limits) for value in values], several=len(values) > 1)


def _decode_lines(text: bytes, error: orjson.JSONDecodeError, limits: Limits) -> Decoded:
    first = _LINE.search(text)
    if first is None:
        _refuse("an empty body")
    if first.end() == len(text) or not _is_json(first.group()):
        _refuse(explain(text, error))
    items: list[Record | Refusal] = []
    line_number, counted = 1, 0
    for line in _LINE.finditer(text):
        if len(items) == limits.max_events:
            _refuse(f"more than {limits.max_events} events in one message")
        line_number += text.count(b"\n", counted, line.start())
        counted = line.start()
        items.append(_decode_line(line.group(), line_number, limits))
    return Decoded(items, several=len(items) > 1)


def _decode_line(line: bytes, line_number: int, limits: Limits) -> Record | Refusal:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Refusal("decode", explain(line, error, line_number))
    return _check(value, limits)


def _check(value: Any, limits: Limits) -> Record | Refusal:
    if type(value) is not dict:
        return Refusal("decode", f"not an object: {_clip(value)}")
    return find_excess(value, limits) or value


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def explain(text: bytes, error: orjson.JSONDecodeError, line_number: int = 1) -> str:
    """Say where JSON text is broken, and how; `line_number` is that of the text's first line."""
    try:
        text.decode()
    except UnicodeDecodeError as broken:
        byte = f"0x{text[broken.start]:02x}"
        return f"not UTF-8: {byte} at byte {broken.start}, counted from line {line_number}"
    where = f"line {error.lineno + line_number - 1}, column {error.colno}"
    if error.doc[error.pos : error.pos + 8].startswith(_NO_JSON_NUMBERS):
        return f"not JSON: NaN and Infinity are no JSON numbers: {where}"
    return f"not JSON: {error.msg}: {where}"


def _clip(value: Any) -> str:
    """Show the start of a value; an array of any depth is only named."""
    if type(value) is list:
        return "an array"
    return orjson.dumps(value)[:40].decode(errors="ignore")


def _refuse(reason: str) -> NoReturn:
    raise Refused(Refusal("decode", reason))
