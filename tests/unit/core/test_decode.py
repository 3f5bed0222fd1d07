import gzip
import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mqworker.core.decode import Limits, decode
from mqworker.core.errors import Refused
from mqworker.core.message import Refusal

LIMITS = Limits()
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
RECORDS = st.dictionaries(st.text(), JSON_VALUES, max_size=5)


def items_of(body, limits=LIMITS):
    return decode(body, None, limits).items


def refusal_of(body, limits=LIMITS):
    with pytest.raises(Refused) as caught:
        decode(body, None, limits)
    assert caught.value.refusal.stage == "decode"
    return caught.value.refusal.reason


def outcome_of(body, content_encoding=None):
    """Return the items of a body; the one refusal of a body that can't be used."""
    try:
        decoded = decode(body, content_encoding, LIMITS)
    except Refused as refused:
        return [refused.refusal]
    assert decoded.several == (len(decoded.items) > 1)
    return decoded.items


def test_one_object_is_one_event_however_it_is_indented():
    for body in (b'{"a":1}', b'{\n\t"a" : 1\n}\n', b'  {"a":1}\r\n', b'\xef\xbb\xbf{"a":1}'):
        assert decode(body, None, LIMITS) == ([{"a": 1}], False)


def test_an_array_gives_its_objects_in_order():
    assert decode(b'[{"a":1},{"a":2}]', None, LIMITS) == ([{"a": 1}, {"a": 2}], True)


def test_an_array_of_one_is_a_message_of_one_event():
    assert decode(b'[{"a":1}]', None, LIMITS) == ([{"a": 1}], False)


def test_lines_give_their_objects_and_blank_lines_are_skipped():
    body = b'\r\n{"a":1}\r\n\r\n \t\n{"a":2}\n{"a":3}'
    assert decode(body, None, LIMITS) == ([{"a": 1}, {"a": 2}, {"a": 3}], True)


def test_one_line_among_blank_ones_is_a_message_of_one_event():
    assert decode(b'\n\n{"a":1}\n\n', None, LIMITS) == ([{"a": 1}], False)


def test_a_broken_line_is_refused_at_its_position_and_the_others_are_used():
    items = items_of(b'{"a":1}\n\n{"a":\n{"a":3}\n')
    assert [items[0], items[2]] == [{"a": 1}, {"a": 3}]
    assert items[1] == Refusal("decode", "not JSON: unexpected end of data: line 3, column 6")


def test_a_line_of_bad_utf8_takes_no_other_with_it():
    items = items_of(b'{"a":1}\n{"a":"\xff"}\n{"a":3}\n')
    assert [items[0], items[2]] == [{"a": 1}, {"a": 3}]
    assert items[1].reason == "not UTF-8: 0xff at byte 6, counted from line 2"


def test_without_a_good_first_line_the_first_error_is_told():
    assert refusal_of(b'{\n "a": tru\n}').endswith("line 2, column 7")


@pytest.mark.parametrize("value", [b"1", b'"x"', b"null", b"true", b"1.5"])
def test_a_scalar_body_is_refused_as_no_object(value):
    assert refusal_of(value) == f"not an object: {value.decode()}"


def test_what_is_no_object_is_refused_in_its_place():
    assert items_of(b"[1,2]") == [
        Refusal("decode", "not an object: 1"),
        Refusal("decode", "not an object: 2"),
    ]
    assert items_of(b'[[[]],{"a":1}]') == [Refusal("decode", "not an object: an array"), {"a": 1}]
    assert items_of(b'null\n{"a":1}')[0] == Refusal("decode", "not an object: null")


@pytest.mark.parametrize("body", [b"", b"  \r\n\t", b"\xef\xbb\xbf"])
def test_an_empty_body_is_refused_as_such(body):
    assert refusal_of(body) == "an empty body"


def test_an_empty_array_is_refused_because_nothing_may_vanish():
    assert refusal_of(b"[]") == "an empty array: there is no event in it"


def test_bad_utf8_is_refused_with_the_offset_of_the_byte():
    assert refusal_of(b'{"a":"\xff"}') == "not UTF-8: 0xff at byte 6, counted from line 1"
    assert "0xff at byte 0" in refusal_of('{"a":1}'.encode("utf-16"))
    assert "0xed at byte 6" in refusal_of(b'{"a":"\xed\xa0\x80"}')


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_numbers_that_json_has_not_are_refused_by_name(number):
    reason = refusal_of(b'{"a":' + number + b"}")
    assert reason.startswith("not JSON: NaN and Infinity are no JSON numbers: line 1, column ")


@pytest.mark.parametrize(
    "body",
    [b'{"a":1e999}', b'{"a":"\\ud800"}', b'{"a":"\x00"}', b'{"a":1,}', b"{a:1}", b'{"a":1} x'],
)
def test_what_is_no_json_is_refused_with_line_and_column(body):
    assert ": line 1, column " in refusal_of(body)


def test_of_a_key_that_comes_twice_the_last_value_is_taken():
    assert items_of(b'{"a":1,"a":2}') == [{"a": 2}]


def test_an_integer_beyond_64_bits_becomes_a_float():
    assert items_of(b'{"a":18446744073709551616}') == [{"a": 18446744073709551616.0}]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"a":1}\n' * 9_999 + b"[" * 1000,
        b"[" + b'{"a":[]},' * 200_000 + b"1]",
        b"{" + b",".join(b'"k%d":1' % number for number in range(100_000)) + b"}",
        b'{"a":[' + b"[]," * 1_000_000 + b"[]]}",
        b'{"a":{"b":1}}' + b"\n" * 5_000_000,
        b'{"a":1}' + b"\n" * 5_000_000 + b"x",
        b'{"a":"' + b"x" * 10_000_000 + b'"}',
        b"1" * 10_000_000,
        b'{"a":"' + b"{" * 1_000_000 + b'"}',
    ],
    ids=lambda body: f"{body[:12]!r} {len(body)} bytes",
)
def test_no_bomb_crashes_or_takes_long(body):
    began = time.process_time()
    items = outcome_of(body)
    assert all(len(item.reason) < 200 for item in items if isinstance(item, Refusal))
    assert time.process_time() - began < 5


def test_too_deep_an_object_is_refused_with_a_pointer():
    deep = {"x": {"y": [[{}]]}}
    with pytest.raises(Refused) as caught:
        decode(json.dumps(deep).encode(), None, Limits(max_depth=4))
    assert caught.value.refusal.pointer == "/x/y/0/0"


def test_an_event_of_too_many_keys_takes_no_other_with_it():
    items = items_of(b'[{"a":1,"b":2,"c":3},{"a":1,"b":2}]', Limits(max_keys=2))
    assert items == [Refusal("decode", "more than 2 keys"), {"a": 1, "b": 2}]


def test_depth_and_keys_count_per_event_not_per_message():
    body = b"[" + b",".join([b'{"a":{"b":1}}'] * 500) + b"]"
    assert items_of(body, Limits(max_depth=2, max_keys=2)) == [{"a": {"b": 1}}] * 500
    assert (
        items_of(body[1:-1].replace(b"},{", b"}\n{"), Limits(max_depth=2, max_keys=2))
        == [{"a": {"b": 1}}] * 500
    )


def test_more_events_than_allowed_refuse_the_message():
    limits = Limits(max_events=2)
    for body in (b"[{},{},{}]", b"{}\n{}\n{}"):
        assert refusal_of(body, limits) == "more than 2 events in one message"
    assert len(items_of(b"[{},{}]", limits)) == 2
    assert len(items_of(b"{}\n{}", limits)) == 2


def test_a_body_in_gzip_may_hold_any_of_the_forms():
    for body in (b'{"a":1}', b'[{"a":1}]', b'\n{"a":1}\n'):
        assert decode(gzip.compress(body), "gzip", LIMITS) == ([{"a": 1}], False)


@given(st.binary() | st.text().map(str.encode), st.sampled_from([None, "gzip", "utf-8", "br"]))
@example(b"\x1f\x8b", None)
@example(b"\x1f\x8b\x08\x00", "gzip")
@example(b"{}\n\x00", None)
@example(b"\x0c{}", None)
def test_any_bytes_give_events_or_a_refusal_and_nothing_else(body, encoding):
    items = outcome_of(body, encoding)
    assert items
    assert all(isinstance(item, dict | Refusal) for item in items)


@given(st.binary(max_size=200), st.integers(0, 60))
def test_damaged_gzip_gives_events_or_a_refusal_and_nothing_else(noise, place):
    body = gzip.compress(b'{"summary":"x","details":{"username":"joe"}}', mtime=0)
    assert outcome_of(body[:place] + noise + body[place:])


@given(st.lists(RECORDS, min_size=1, max_size=5), st.sampled_from(["array", "lines", "indented"]))
def test_what_json_wrote_comes_back_event_by_event(records, form):
    if form == "lines":
        text = "\n".join(json.dumps(record) for record in records)
    else:
        text = json.dumps(records, indent=2 if form == "indented" else None)
    assert decode(text.encode(), None, LIMITS) == (records, len(records) > 1)
