import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.client.entry import Entry, read_lines

IDS = st.text(min_size=1, max_size=20)
BODIES = st.binary(max_size=30).map(lambda data: b'{"a":"%b"}' % data.hex().encode())
CONTEXTS = st.dictionaries(st.sampled_from(["traceparent", "tracestate"]), st.text(max_size=9))
ENTRIES = st.lists(
    st.builds(Entry, IDS, BODIES, CONTEXTS.map(lambda context: tuple(context.items()))), max_size=6
)


@given(ENTRIES)
def test_what_was_written_is_read_again(entries):
    data = b"".join(entry.lines for entry in entries)
    read = read_lines(data, 100)
    assert (entries, len(data), 0) == read


@given(ENTRIES, st.integers(0, 500))
def test_a_torn_file_gives_its_whole_entries(entries, length):
    data = b"".join(entry.lines for entry in entries)[:length]
    read = read_lines(data, 100)
    assert entries[: len(read.entries)] == read.entries
    assert b"".join(entry.lines for entry in read.entries) == data[: read.length]
    assert read.damaged == 0


@pytest.mark.parametrize(
    "rubbish", [b"\0\0\0", b'{"create":{"_id":17}}', b'{"create":{"_id":', b""]
)
def test_damaged_lines_between_entries_are_counted_and_skipped(rubbish):
    first, second = Entry("1", b'{"a":1}'), Entry("2", b'{"a":2}')
    read = read_lines(first.lines + rubbish + b"\n" + second.lines, 100)
    assert ([first, second], 1) == (read.entries, read.damaged)


def test_no_more_is_read_than_asked_for():
    entries = [Entry(str(number), b"{}") for number in range(5)]
    data = b"".join(entry.lines for entry in entries)
    read = read_lines(data, 2)
    assert (entries[:2], len(data) * 2 // 5) == (read.entries, read.length)
