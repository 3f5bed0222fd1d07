r"""The body of a request -> the events in it, in whatever form a shipper sends them.

The content type decides nothing but the reading of forms and multipart, which look like no JSON.

=============================================  =================================================
body                                           events
=============================================  =================================================
one JSON object, indented or not               one
an array                                       its items
lines of objects, blank ones between them      the lines; a broken one is refused by itself
`{"records": [{"value": …}, …]}`               the values (Kafka's REST form, rsyslog's kafkarest)
`{"streams": [{"stream": {}, "values": …}]}`   the lines (Loki's form, rsyslog's lokirest)
`a=1&b=2` of a form                            one, if its content type says so (Logstash)
multipart/mixed                                the events of all parts (NXLog's batches)
=============================================  =================================================

1. Nothing is skipped: what is no event is a `Bad` in its place, with its bytes.
2. What a body becomes in memory is bounded before it is read: an object of two bytes takes 64.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from mqworker.core.decode import explain
from mqworker.core.errors import Refused
from mqworker.core.inflate import TooLarge, unpack
from mqworker.core.intake.http import Request
from mqworker.core.intake.rules import Rules
from mqworker.core.intake.wrappings import unwrapped
from mqworker.core.message import Refusal

LINE = re.compile(rb"[^ \t\r\n][^\n]*")
BOUNDARY = re.compile(r'boundary="?([^";,]{1,70})"?', re.IGNORECASE)
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/"
MOST_FORM_FIELDS = 1000


class Found(NamedTuple):
    """What stands where an event should be; `raw` is the JSON that it was read from, if known."""

    value: Any
    raw: bytes | None = None


class Bad(NamedTuple):
    """Bytes that are no JSON."""

    raw: bytes
    refusal: Refusal


Item = Found | Bad


def inflated(request: Request, rules: Rules) -> bytes:
    """Return a request's body, inflated.

    Raises:
        UnknownEncoding, TooLarge, Refused: it can't be used as a whole.
    """
    encoding = request.headers.get("content-encoding", "").strip().lower()
    text = unpack(request.body, encoding, rules.max_request_bytes)
    if text.count(b"{") + text.count(b"[") > rules.max_request_objects:
        reason = f"more than {rules.max_request_objects} objects and arrays in one request"
        raise TooLarge(Refusal("decode", reason))
    return text


def items_of(text: bytes, content_type: str, most: int) -> list[Item]:
    """Return what an inflated body holds, in order.

    Args:
        text: the body.
        content_type: the header.
        most: how many events are allowed.

    Raises:
        Refused: nothing of it can be used; TooLarge: it holds too many events.
    """
    kind = content_type.strip().lower()
    if kind.startswith(MULTIPART):
        items = list(parts_of(text, content_type, most))
    else:
        items = json_items(text, kind, most)
    if len(items) > most:
        raise TooLarge(Refusal("decode", f"more than {most} events in one request"))
    return items


def json_items(text: bytes, kind: str, most: int) -> list[Item]:
    """Return what one body, or one part of a body, holds."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return form_items(text, kind) or line_items(text, error, most)
    if type(value) is list:
        if not value:
            raise Refused(Refusal("decode", "an empty array: there is no event in it"))
        return [Found(item) for item in value]
    if type(value) is dict and (inner := unwrapped(value)) is not None:
        return [Found(item) for item in inner]
    return [Found(value, text)]


def form_items(text: bytes, kind: str) -> list[Item]:
    """Return the one event of an HTML form; nothing if it is none."""
    if not kind.startswith(FORM):
        return []
    try:
        fields = parse_qsl(
            text.decode(), strict_parsing=True, errors="strict", max_num_fields=MOST_FORM_FIELDS
        )
    except ValueError:
        return []
    return [Found(dict(fields))]


def line_items(text: bytes, error: orjson.JSONDecodeError, most: int) -> list[Item]:
    """Return the events of a body of lines.

    It is one if its first line is JSON; or, where that one is broken, if it begins like an object
    and another is an object: the first line of an indented object is a bracket alone.

    Raises:
        Refused: it is neither lines nor anything else.
    """
    first = LINE.search(text)
    if first is None:
        raise Refused(Refusal("decode", "an empty body: there is no event in it"))
    items = list(lines_of(text, most))
    if isinstance(items[0], Found) or (
        len(first.group().strip()) > 1
        and first.group().startswith(b"{")
        and any(isinstance(item, Found) and type(item.value) is dict for item in items)
    ):
        return items
    raise Refused(Refusal("decode", explain(text, error)))


def lines_of(text: bytes, most: int) -> Iterator[Item]:
    """Give what each line holds that is not blank, one more than `most` at the most."""
    line_number, counted = 1, 0
    for number, line in enumerate(LINE.finditer(text)):
        line_number += text.count(b"\n", counted, line.start())
        counted = line.start()
        yield item_of(line.group(), line_number)
        if number >= most:
            return


def item_of(line: bytes, line_number: int) -> Item:
    """Return what a line holds."""
    try:
        return Found(orjson.loads(line), line)
    except orjson.JSONDecodeError as error:
        return Bad(line, Refusal("decode", explain(line, error, line_number)))


def parts_of(text: bytes, content_type: str, most: int) -> Iterator[Item]:
    """Give what the parts of a multipart body hold (RFC 2046, section 5.1).

    Raises:
        Refused: it has no boundary, or no part.
    """
    found = BOUNDARY.search(content_type)
    delimiter = b"--" + found.group(1).encode("latin-1") if found else b""
    parts = text.split(delimiter, most + 2)[1:] if found else []
    contents = [content_of(part) for part in parts if not part.startswith(b"--")]
    if not any(content.strip() for content in contents):
        raise Refused(Refusal("decode", "a multipart body without a part that holds anything"))
    for content in contents:
        if content.strip():
            yield from part_items(content, most)


def content_of(part: bytes) -> bytes:
    """Return a part without its headers."""
    head, separator, content = part.replace(b"\r\n", b"\n").partition(b"\n\n")
    return content if separator else head


def part_items(content: bytes, most: int) -> list[Item]:
    """Return what one part holds; a part that is of no use takes no other with it."""
    try:
        return json_items(content, "", most)
    except Refused as refused:
        return [Bad(content, refused.refusal)]
