from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.identity import LONGEST_ID, identify, position_id
from mqworker.core.message import Delivery, PlainProperties, Tag

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TAG = Tag(0, 1)


def delivery(body=b"{}", tag=TAG, **properties):
    return Delivery(tag, body, PlainProperties(**properties), NOW)


def test_a_message_id_is_the_identity_as_it_stands():
    assert identify(delivery(message_id="7f3a")) == "7f3a"


def test_equal_bodies_without_message_id_have_one_identity():
    assert identify(delivery(b"a", Tag(0, 1))) == identify(delivery(b"a", Tag(3, 9)))


def test_different_bodies_without_message_id_have_different_identities():
    assert identify(delivery(b"a")) != identify(delivery(b"b"))


def test_a_salt_tells_equal_bodies_apart_but_leaves_message_ids_alone():
    first = identify(delivery(b"a", Tag(0, 1)), b"salt")
    assert first != identify(delivery(b"a", Tag(0, 2)), b"salt")
    assert identify(delivery(message_id="m"), b"salt") == "m"


def test_the_identity_of_a_dead_letter_wins_over_its_message_id():
    replayed = delivery(message_id="m", headers={"x-mqworker-identity": "first"})
    assert identify(replayed) == "first"


@given(st.one_of(st.text(st.characters()), st.binary(), st.integers()))
def test_any_message_id_becomes_an_id_that_elasticsearch_takes(message_id):
    found = identify(delivery(message_id=message_id))
    assert 0 < len(found.encode()) <= LONGEST_ID


def test_an_empty_message_id_counts_as_none():
    assert identify(delivery(b"a", message_id="")) == identify(delivery(b"a"))


def test_positions_are_part_of_the_id_only_in_a_message_of_several():
    assert position_id("m", 3, several=True) == "m:3"
    assert position_id("m", 0, several=False) == "m"
