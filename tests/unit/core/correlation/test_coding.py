from zlib import crc32

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.correlation.coding import VERSION, Unreadable, decode, encode
from mqworker.core.correlation.sighting import Sighting
from tests.sightings import IDENTITY, batch, changed

TEXT = st.text(max_size=20)
SIGHTINGS = st.lists(
    st.builds(
        Sighting,
        TEXT,
        TEXT,
        st.integers(-(2**63), 2**63 - 1),
        st.booleans(),
        st.lists(TEXT, max_size=3).map(tuple),
        st.tuples(*[st.none() | TEXT] * len(IDENTITY)),
    ),
    min_size=1,
    max_size=30,
)


def sealed(body: bytes) -> bytes:
    return bytes([VERSION]) + crc32(body).to_bytes(4) + body


@given(SIGHTINGS)
def test_what_was_written_is_read_as_it_was(sightings):
    assert sightings == decode(encode(sightings, IDENTITY), IDENTITY)


@given(SIGHTINGS)
def test_what_is_read_has_the_very_types_that_were_written(sightings):
    for each in decode(encode(sightings, IDENTITY), IDENTITY):
        assert [Sighting, bool, tuple, tuple] == [
            type(each),
            type(each.floating),
            type(each.links),
            type(each.stated),
        ]


@given(SIGHTINGS, st.data())
def test_a_single_changed_byte_is_noticed(sightings, data):
    blob = bytearray(encode(sightings, IDENTITY))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        decode(bytes(blob), IDENTITY)


@given(SIGHTINGS, st.data())
def test_a_blob_that_was_cut_short_is_noticed(sightings, data):
    blob = encode(sightings, IDENTITY)
    with pytest.raises(Unreadable):
        decode(blob[: data.draw(st.integers(0, len(blob) - 1))], IDENTITY)


@given(st.binary(max_size=100))
def test_garbage_is_unreadable_and_nothing_else(blob):
    with pytest.raises(Unreadable):
        decode(blob, IDENTITY)


COLUMNS = [list(IDENTITY), ["a"], [1], [], ["i"], [0], [["l"]], [0], [[None, None, "joe"]], [0]]


@pytest.mark.parametrize(
    "columns",
    [
        None,
        {},
        [],
        COLUMNS[:-1],
        [*COLUMNS, []],
        [*COLUMNS[:1], ["a", "b"], *COLUMNS[2:]],
        [*COLUMNS[:3], [1], *COLUMNS[4:]],
        [*COLUMNS[:5], [1], *COLUMNS[6:]],
        [*COLUMNS[:6], [1], *COLUMNS[7:]],
    ],
)
def test_json_of_another_shape_is_unreadable_although_its_checksum_fits(columns):
    with pytest.raises(Unreadable):
        decode(sealed(orjson.dumps(columns)), IDENTITY)


def test_the_columns_of_the_test_above_are_else_readable():
    expected = [Sighting("a", "i", 1, False, ("l",), (None, None, "joe"))]
    assert expected == decode(sealed(orjson.dumps(COLUMNS)), IDENTITY)


def test_another_version_is_told_as_such():
    blob = encode(batch("a"), IDENTITY)
    with pytest.raises(Unreadable, match=f"has format {VERSION + 1}.* reads format {VERSION}"):
        decode(bytes([VERSION + 1]) + blob[1:], IDENTITY)


@pytest.mark.parametrize("other", [IDENTITY[:2], IDENTITY[::-1], (*IDENTITY, "details.device")])
def test_what_was_remembered_for_other_identity_fields_is_read_as_nothing(other):
    assert [] == decode(encode(batch("a"), other), IDENTITY)


def test_events_that_share_links_and_values_share_them_in_memory_and_on_disk_too():
    alike = [changed(each, links=("session\x1f1",), stated=(None,) * 3) for each in batch("a", 500)]
    blob = encode(alike, IDENTITY)
    first, *_, last = decode(blob, IDENTITY)
    assert (first.links is last.links, first.stated is last.stated) == (True, True)
    assert len(blob) < 500 * 35
