import gzip

import pytest

from mqworker.core.cloudtrail.gunzip import Gunzip
from mqworker.core.errors import Refused

TEXT = b'{"Records":[]}' * 1000
PACKED = gzip.compress(TEXT, mtime=0)


def inflated(data, size=1 << 16, limit=1 << 24):
    gunzip = Gunzip(limit)
    found = []
    for at in range(0, len(data), size):
        found += gunzip.feed(data[at : at + size])
    return b"".join([*found, *gunzip.finish()])


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 16])
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (PACKED, TEXT),
        (PACKED + PACKED, TEXT + TEXT),
        (PACKED + b"\0" * 100, TEXT),
        (TEXT, TEXT),
        (b"", b""),
        (b"{", b"{"),
    ],
    ids=["one member", "two members", "padded", "plain", "empty", "one byte"],
)
def test_gzip_of_any_members_is_inflated_and_plain_text_passes(data, text, size):
    assert text == inflated(data, size)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PACKED[:-1], "the gzip data ends too early, after 14000 bytes of text"),
        (PACKED[:50], "the gzip data ends too early"),
        (PACKED[:20] + b"\xff" * 30 + PACKED[50:], "damaged gzip data"),
        (PACKED + b"x" * 20, "damaged gzip data"),
    ],
    ids=["almost whole", "cut off", "changed", "followed"],
)
def test_damaged_data_is_refused(data, reason):
    with pytest.raises(Refused, match=reason):
        inflated(data, 16)


def test_never_much_more_than_the_limit_is_inflated():
    gunzip = Gunzip(1 << 20)
    bomb = gzip.compress(b"\0" * (1 << 26))
    with pytest.raises(Refused, match="inflates to more than 1048576 bytes"):
        list(gunzip.feed(bomb))
    assert gunzip.inflated <= (1 << 20) + (1 << 18)


def test_no_piece_is_larger_than_256_kib():
    pieces = list(Gunzip(1 << 26).feed(gzip.compress(b"x" * (1 << 22))))
    assert max(map(len, pieces)) <= 1 << 18
