"""Bodies as they should not be: by accident, by a bug of a shipper, or by malice."""

from __future__ import annotations

import gzip
import zlib
from typing import NamedTuple

GOOD = b'{"summary":"good"}'


class Broken(NamedTuple):
    """A body; `accepted` is how many of its events can be used all the same on `/events`."""

    name: str
    body: bytes
    accepted: int = 0
    encoding: str = ""
    content_type: str = "application/json"


def deep(levels: int, left: bytes = b"[", right: bytes = b"]") -> bytes:
    return b'{"a":' + left * levels + right * levels + b"}"


BOMB = gzip.compress(b'{"a":"' + b"x" * (40 * 2**20) + b'"}')
KEYS = b"{" + b",".join(b'"k%d":1' % number for number in range(5000)) + b"}"

BROKEN = [
    Broken("empty", b""),
    Broken("blank", b" \r\n\t\n"),
    Broken("zeros", b"\0" * 1000),
    Broken("not json", b"hello"),
    Broken("html", b"<html><body>502 Bad Gateway</body></html>"),
    Broken("open object", b'{"summary":'),
    Broken("open text", b'{"summary":"a'),
    Broken("cut in a character", '{"summary":"naïve ☃'.encode()[:-1]),
    Broken("latin-1", '{"summary":"naïve"}'.encode("latin-1")),
    Broken("utf-16", '{"summary":"a"}'.encode("utf-16")),
    Broken("lone surrogate", b'{"summary":"\\ud800"}'),
    Broken("nan", b'{"x":NaN}'),
    Broken("infinite", b'{"x":1e999}'),
    Broken("comment", b'{"x":1} // one'),
    Broken("single quotes", b"{'x':1}"),
    Broken("trailing comma", b'{"x":1,}'),
    Broken("two values", b'{"x":1}{"x":2}'),
    Broken("control character", b'{"x":"a\x01b"}'),
    Broken("null", b"null"),
    Broken("number", b"42"),
    Broken("text", b'"text"'),
    Broken("empty array", b"[]"),
    Broken("array of arrays", b"[[],[[]]]"),
    Broken("array of numbers", b"[1,2,3]"),
    Broken("array with one good", b"[1," + GOOD + b",null]", 1),
    Broken("lines with one broken", GOOD + b'\n{"x":\n' + GOOD + b"\n", 2),
    Broken("lines with the first broken", b'{"x":\n' + GOOD + b"\n" + GOOD + b"\n", 2),
    Broken("lines with numbers", GOOD + b"\n1\n2\n", 1),
    Broken("too deep", deep(100)),
    Broken("far too deep", deep(100_000)),
    Broken("deep objects", deep(500, b'{"a":', b"}").replace(b"{}", b"1")),
    Broken("brackets without end", b"[" * 1_000_000),
    Broken("too many keys", KEYS),
    Broken("records of numbers", b'{"records":[{"value":1},{"value":' + GOOD + b"}]}", 1),
    Broken("gzip that ends", gzip.compress(GOOD)[:-5], encoding="gzip"),
    Broken("gzip that lies", b"\x1f\x8b" + b"x" * 100, encoding="gzip"),
    Broken("gzip of rubbish", gzip.compress(b"rubbish"), encoding="gzip"),
    Broken("gzip bomb", BOMB, encoding="gzip"),
    Broken("gzip bomb, unannounced", BOMB),
    Broken("deflate", zlib.compress(GOOD), encoding="deflate"),
    Broken("brotli", b"\x0b\x02\x80", encoding="br"),
    Broken("many encodings", GOOD, encoding="gzip, " * 1000),
    Broken("form without values", b"a&b&c", content_type="application/x-www-form-urlencoded"),
    Broken("multipart without boundary", b"--x\r\n\r\n{}", content_type="multipart/mixed"),
    Broken("multipart without parts", b"--x--", content_type="multipart/mixed; boundary=x"),
    Broken(
        "multipart with one good part",
        b'--x\r\n\r\n{"x":\r\n--x\r\n\r\n' + GOOD + b"\r\n--x--\r\n",
        1,
        content_type="multipart/mixed; boundary=x",
    ),
]
