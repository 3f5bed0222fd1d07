import gzip
import time
import tracemalloc
import zlib

import pytest

from mqworker.core.errors import Refused
from mqworker.core.inflate import unpack

LIMIT = 1_000_000
TEXT = b'{"summary":"x"}'


def refusal_of(body, content_encoding=None, limit=LIMIT):
    with pytest.raises(Refused) as caught:
        unpack(body, content_encoding, limit)
    assert caught.value.refusal.stage == "decode"
    return caught.value.refusal.reason


@pytest.mark.parametrize(
    "encoding", [None, "", "utf-8", "UTF-8 ", "identity", "binary", "us-ascii"]
)
def test_an_encoding_that_changes_no_byte_is_ignored(encoding):
    assert unpack(TEXT, encoding, LIMIT) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP", None, "", "utf-8"])
def test_gzip_is_inflated_whether_it_is_announced_or_not(encoding):
    assert unpack(gzip.compress(TEXT), encoding, LIMIT) == TEXT


def test_plain_text_announced_as_gzip_is_taken_as_it_is():
    assert unpack(TEXT, "gzip", LIMIT) == TEXT


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "gzip, gzip", "utf-16"])
def test_an_unknown_encoding_is_refused_by_its_name(encoding):
    reason = f"content encoding {encoding!r} is not supported: send gzip or none"
    assert refusal_of(zlib.compress(TEXT), encoding) == reason


def test_a_long_encoding_is_shown_clipped():
    assert len(refusal_of(TEXT, "x" * 10_000)) < 100


def test_every_member_of_a_gzip_body_is_inflated():
    assert unpack(gzip.compress(b'{"a":') + gzip.compress(b"1}"), None, LIMIT) == b'{"a":1}'


def test_zero_bytes_behind_the_last_member_are_padding():
    assert unpack(gzip.compress(TEXT) + bytes(512), None, LIMIT) == TEXT


@pytest.mark.parametrize("cut", [1, 4, 8, 12, 20])
def test_truncated_gzip_data_is_refused_wherever_it_ends(cut):
    assert "too early" in refusal_of(gzip.compress(TEXT)[:-cut])


def test_a_damaged_check_sum_is_refused_with_its_reason():
    body = bytearray(gzip.compress(TEXT))
    body[-6] ^= 0xFF
    assert refusal_of(bytes(body)).startswith("damaged gzip data: ")


def test_garbage_behind_a_member_is_refused_too():
    assert refusal_of(gzip.compress(TEXT) + b"garbage").startswith("damaged gzip data: ")


def test_the_limit_holds_for_the_body_and_for_what_it_inflates_to():
    assert unpack(b"x" * 100, None, 100) == b"x" * 100
    assert refusal_of(b"x" * 101, limit=100) == "the body has 101 bytes, 100 are allowed"
    assert unpack(gzip.compress(b"x" * 100), None, 100) == b"x" * 100
    assert refusal_of(gzip.compress(b"x" * 101), limit=100) == "inflates to more than 100 bytes"


def test_the_limit_holds_over_all_members_together():
    body = gzip.compress(b"x" * 60) * 2
    assert refusal_of(body, limit=100) == "inflates to more than 100 bytes"


def test_a_gzip_bomb_is_never_inflated_beyond_the_limit():
    bomb = gzip.compress(bytes(200_000_000), 1)
    tracemalloc.start()
    assert refusal_of(bomb, limit=LIMIT) == f"inflates to more than {LIMIT} bytes"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * LIMIT


def test_a_body_of_very_many_members_is_refused_soon():
    body = gzip.compress(b"") * 400_000
    began = time.process_time()
    assert refusal_of(body, limit=10_000_000) == "more than 1000 gzip members"
    assert time.process_time() - began < 5


def test_a_byte_order_mark_is_removed_also_from_inflated_text():
    assert unpack(b"\xef\xbb\xbf" + TEXT, None, LIMIT) == TEXT
    assert unpack(gzip.compress(b"\xef\xbb\xbf" + TEXT), None, LIMIT) == TEXT
