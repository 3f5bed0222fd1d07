"""How facts get into an event, and what they never do to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.correlation.values import NO_VALUE
from mqworker.core.statement import CORRECTABLE, Statement, checked, is_absent, write


def written(sent, said, **statement):
    fields = {"hostname": "web1", "type": "event", "details": dict(sent)}
    anything = write(fields, checked(Statement(said, **statement)))
    return anything, fields


def details_of(sent, said):
    return written(sent, said)[1]["details"]


def test_what_the_sender_wrote_is_not_overwritten():
    assert {"username": "ann", "a": "1"} == details_of(
        {"username": "ann"}, {"username": "joe", "a": "1"}
    )


@pytest.mark.parametrize("word", [None, *sorted(NO_VALUE), " - ", "Unknown", "NULL"])
def test_a_word_for_no_value_gives_way_to_a_fact(word):
    assert {"username": "joe"} == details_of({"username": word}, {"username": "joe"})
    assert is_absent(word)


@pytest.mark.parametrize("value", [False, 0, [], {}, ["-"], "x"])
def test_any_other_value_of_the_sender_is_a_value(value):
    assert {"username": value} == details_of({"username": value}, {"username": "joe"})


def test_nothing_is_written_for_none():
    assert (False, {}) == (written({}, {"a": None})[0], details_of({}, {"a": None}))


def test_addresses_are_put_into_canonical_form_and_place():
    said = {"sourceipaddress": "::ffff:192.0.2.7", "destinationipaddress": "2001:DB8::1"}
    assert {
        "sourceipaddress": "192.0.2.7",
        "sourceipv4address": "192.0.2.7",
        "destinationipaddress": "2001:db8::1",
        "destinationipv6address": "2001:db8::1",
    } == details_of({}, said)


def test_a_name_of_a_host_does_not_stay_in_a_field_for_addresses():
    assert {"source": "pc1.example.com"} == details_of({}, {"sourceipaddress": "pc1.example.com"})


def test_the_senders_address_stays_and_takes_no_port_of_another():
    said = {"sourceipaddress": "192.0.2.7", "sourceport": "4711", "username": "joe"}
    sent = {"sourceipaddress": "198.51.100.1", "sourceipv4address": "198.51.100.1"}
    assert sent | {"username": "joe"} == details_of(sent, said)


def test_the_senders_address_takes_its_own_port_in_any_notation():
    said = {"sourceipaddress": "2001:DB8::7", "sourceport": "4711"}
    sent = {"sourceipaddress": "2001:db8::7", "sourceipv6address": "2001:db8::7"}
    assert sent | {"sourceport": "4711"} == details_of(sent, said)


def test_a_port_without_an_address_is_stated_alone():
    assert {"x": 1, "sourceport": "4711"} == details_of({"x": 1}, {"sourceport": "4711"})


def test_numbers_of_auditd_are_changed_and_removed_and_nothing_is_added():
    anything, fields = written(
        {"auid": "4294967295", "gid": "0, 1"},
        {},
        corrected={"auid": "-1", "gid": None, "ses": "-1"},
    )
    assert (True, {"auid": "-1"}) == (anything, fields["details"])


def test_texts_outside_of_details_can_be_set():
    _, fields = written({}, {}, fields={"hostname": "node1", "type": "auditd"})
    assert ("node1", "auditd") == (fields["hostname"], fields["type"])


@pytest.mark.parametrize(
    "name", ["username", "sourceipaddress", "sessionid", "connectionid", "processid"]
)
def test_no_field_that_events_are_correlated_by_can_be_corrected(name):
    assert name not in CORRECTABLE
    with pytest.raises(LookupError):
        checked(Statement({}, corrected={name: "x"}))


NAMES = st.sampled_from(
    ["username", "sourceipaddress", "sourceport", "source", "srcip", "a", "destinationport"]
)
WORDS = st.sampled_from(["joe", "192.0.2.7", "::ffff:192.0.2.7", "4711", "host", "", "-", None])


@given(sent=st.dictionaries(NAMES, WORDS), said=st.dictionaries(NAMES, WORDS))
def test_whatever_is_said_every_value_of_the_sender_survives(sent, said):
    before = details_of(sent, {"srcip": None})
    after = details_of(before, said)
    lost = {
        name: value
        for name, value in before.items()
        if not is_absent(value) and value not in after.values()
    }
    assert {} == {name: value for name, value in lost.items() if name != "sourceipaddress"}


@given(sent=st.dictionaries(NAMES, WORDS), said=st.dictionaries(NAMES, WORDS))
def test_saying_the_same_again_changes_nothing(sent, said):
    once = details_of(sent, said)
    assert once == details_of(once, said)
