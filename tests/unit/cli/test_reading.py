from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.cli import reading
from mqworker.cli.reading import Bad, Found, Item, read_events
from mqworker.core.decode import Limits


def read(content: bytes, limits: Limits | None = None) -> list[Item]:
    pieces = read_events(io.BytesIO(content), limits or Limits(), lambda _: None)
    return [item for items in pieces for item in items]


def found(items: list[Item]) -> list[tuple[int, bytes]]:
    assert [] == [item for item in items if isinstance(item, Bad)]
    return [(item.number, item.body) for item in items if isinstance(item, Found)]


def test_each_line_is_an_event_and_empty_lines_count_but_are_none() -> None:
    items = read(b'{"a": 1}\r\n\n  {"a":2}  \n{"a":3}')

    assert [(1, b'{"a": 1}'), (3, b'{"a":2}'), (4, b'{"a":3}')] == found(items)


def test_an_array_is_its_elements_whatever_its_layout() -> None:
    expected = [(1, b'{"a":1}'), (2, b'{"b":[2]}')]

    assert expected == found(read(b'[{"a":1}, {"b":[2]}]'))
    assert expected == found(read(b'\n[\n {"a": 1},\n {"b": [2]}\n]\n'))


def test_one_object_over_several_lines_is_one_event_as_it_was_written() -> None:
    assert [(1, b'{\n "a": 1\n}')] == found(read(b'\n{\n "a": 1\n}\n'))


def test_a_byte_order_mark_is_no_part_of_the_first_event() -> None:
    assert [(1, b'{"a":1}'), (2, b'{"a":2}')] == found(read(b'\xef\xbb\xbf{"a":1}\n{"a":2}'))


def test_what_is_no_event_is_told_with_its_line_and_the_others_are_read() -> None:
    items = read(b'{"a":1}\nnonsense\n[{"a":1},{"a":2}]\n"text"\n{"a":2}\n{"a":\xff}')

    assert [Found, Bad, Bad, Bad, Found, Bad] == [type(item) for item in items]
    assert [1, 2, 3, 4, 5, 6] == [item.number for item in items]
    bad = [item.reason for item in items if isinstance(item, Bad)]
    assert bad[1] == "an array of 2 events: write each on a line of its own"
    assert all("line 1" not in reason for reason in bad[:2])


def test_a_broken_first_line_costs_only_itself() -> None:
    items = read(b'{"a":\n{"a":2}\n')

    assert [Bad, Found] == [type(item) for item in items]


def test_a_file_too_large_for_one_value_is_read_line_by_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 16)
    monkeypatch.setattr(reading, "WHOLE", 32)

    items = read(b'{"a":\n' + b'{"a":2}\n' * 10)

    assert [Bad] + [Found] * 10 == [type(item) for item in items]
    assert list(range(1, 12)) == [item.number for item in items]


def test_what_the_worker_would_refuse_for_its_size_is_bad_here_too() -> None:
    items = read(b'{"a":{"b":{"c":1}}}\n{"a":1}', Limits(max_depth=2))

    assert [Bad, Found] == [type(item) for item in items]


def test_a_compressed_file_is_told_how_to_be_read() -> None:
    (item,) = read(b"\x1f\x8b\x08\x00\x00")

    assert isinstance(item, Bad)
    assert "zcat FILE" in item.reason


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]"])
def test_nothing_is_no_event_and_no_error(content: bytes) -> None:
    assert [] == read(content)


def test_events_are_handed_on_before_the_stream_ends() -> None:
    class Pipe(io.BytesIO):
        def read1(self, _size: int | None = -1, /) -> bytes:
            return self.readline()

    pieces = read_events(Pipe(b'{"a":1}\n{"a":2}\n'), Limits(), lambda _: None)

    assert [(1, b'{"a":1}')] == found(next(pieces))


RECORDS = st.lists(st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=3), max_size=9)


@given(RECORDS, st.integers(1, 40))
def test_wherever_reads_end_the_same_events_come_out(
    records: list[dict[str, int]], size: int
) -> None:
    content = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    before, reading.CHUNK = reading.CHUNK, size
    try:
        items = read(content)
    finally:
        reading.CHUNK = before

    assert records == [item.record for item in items if isinstance(item, Found)]
    assert list(range(1, len(records) + 1)) == [item.number for item in items]


@given(st.binary(max_size=60))
def test_no_input_is_worse_than_bad(content: bytes) -> None:
    assert all(isinstance(item, (Found, Bad)) for item in read(content))
