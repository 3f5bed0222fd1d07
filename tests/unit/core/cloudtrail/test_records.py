"""Records cut out of text that comes in pieces."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.cloudtrail.records import RecordCutter
from mqworker.core.errors import Refused

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=9,
)
RECORDS = st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=3), max_size=5)


def cut(text, size=1 << 20, largest=1 << 20):
    cutter = RecordCutter(largest)
    found = fed(cutter, text, size)
    cutter.finish()
    return found


def fed(cutter, text, size):
    return [
        record for at in range(0, len(text), size) for record in cutter.feed(text[at : at + size])
    ]


@given(
    records=RECORDS,
    before=st.dictionaries(st.text(max_size=5), VALUES, max_size=2),
    indent=st.sampled_from([None, 2]),
    ascii_only=st.booleans(),
    size=st.integers(1, 40),
)
def test_all_records_are_found_however_the_text_is_cut(records, before, indent, ascii_only, size):
    whole = {**before, "Records": records, "after": [{"Records": [{"no": 1}]}]}
    text = json.dumps(whole, indent=indent, ensure_ascii=ascii_only).encode()
    assert records == [json.loads(each) for each in cut(text, size)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"Records":[]}', []),
        (b'\xef\xbb\xbf{"Records" : [ {} ]}\n', [b"{}"]),
        (b'{"Records":[1,{"a":"}"},"x",null]}', [b"1", b'{"a":"}"}', b'"x",null']),
        (b'{"Records":[[1],{"a":"\\"]}"}]}', [b"[1]", b'{"a":"\\"]}"}']),
        (b'{"Records":[{"a":\xff}]}', [b'{"a":\xff}']),
        (b'{"x":"\\"Records\\":[{","Records":[{"b":1}]}', [b'{"b":1}']),
        (b'{"Records":[{"a":1}]}{"Records":[{"b":1}]}', [b'{"a":1}', b'{"b":1}']),
    ],
)
def test_what_stands_in_the_array_is_cut_out_as_it_is(text, expected):
    assert expected == cut(text) == cut(text, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "it has no array Records, after 0 records"),
        (b"{}", "it has no array Records, after 0 records"),
        (b'{"records":[]}', "it has no array Records, after 0 records"),
        (b'{"Records":{"a":1}}', "it has no array Records, after 0 records"),
        (b'[{"Records":[]}]', "it is no JSON object, after 0 records"),
        (b'x{"Records":[]}', "it is no JSON object, after 0 records"),
        (b'{"Records":[{"a":1},{"b"', "its JSON ends too early, after 1 records"),
        (b'{"Records":[{"a":1}]', "its JSON ends too early, after 1 records"),
        (b'{"Records":[{"a":"', "its JSON ends too early, after 0 records"),
        (b'{"Records":[{"a":1}]}x', "its JSON ends too early, after 1 records"),
        (b'{"Records":[{"a":1}}', "its brackets do not match, after 1 records"),
        (b"}", "its brackets do not match, after 0 records"),
    ],
)
def test_what_is_no_log_file_is_refused_with_what_is_wrong(text, reason):
    with pytest.raises(Refused, match=f"no log file of CloudTrail: {reason}"):
        cut(text, 3)


@pytest.mark.parametrize("text", [b'{"Records":[{"a":"' + b"x" * 5000, b"[" * 5000, b" " * 5000])
def test_a_record_that_is_too_large_is_refused_before_it_is_held(text):
    cutter = RecordCutter(1000)
    with pytest.raises(Refused):
        fed(cutter, text, 100)
    assert len(cutter.buffer) <= 1100


def test_the_time_it_takes_grows_with_the_text_only():
    def seconds(count):
        record = {"a": '\\"{[' * 20, "b": [{"c": number} for number in range(20)]}
        text = json.dumps({"Records": [record] * count}).encode()
        begun = time.process_time()
        assert count == len(cut(text, 65536))
        return time.process_time() - begun

    assert seconds(4000) < 10 * max(seconds(1000), 0.01)
