"""What all forms of messages have in common."""

import pytest

from mqworker.extractors.forms import LONGEST, form, is_port, message, place, read

FORMS = (
    form(r"from (?P<sourceipaddress>\S+) port (?P<sourceport>[0-9]+)"),
    form(r"by (?P<username>.*) at (?P<tty>\S+)?", only="at", how="well"),
)


def test_a_message_states_the_groups_that_hold_something_and_the_constants():
    assert {"username": "joe", "how": "well"} == read(FORMS, "by joe at ")


def test_a_message_that_could_be_read_twice_states_nothing():
    assert {} == read(FORMS, "by joe at 1 at 2")


def test_a_message_of_no_form_is_told_from_one_that_states_nothing():
    assert read(FORMS, "by joe") is None


def test_an_address_that_is_none_goes_together_with_its_port():
    assert {} == read(FORMS, "from UNKNOWN port 65535")


@pytest.mark.parametrize(
    ("port", "expected"),
    [("0", True), ("65535", True), ("65536", False), ("99999", False), ("123456", False)],
)
def test_a_port_is_a_number_up_to_65535(port, expected):
    assert expected == is_port(port)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("  a line \n", "a line"),
        ("message repeated 3 times: [ a line]", "a line"),
        ("message repeated 3 times: [a [b] c]", "a [b] c"),
        ("message repeated often", "message repeated often"),
        ("x" * LONGEST, "x" * LONGEST),
        ("x" * (LONGEST + 1), ""),
    ],
)
def test_a_message_is_trimmed_unfolded_and_not_too_long(summary, expected):
    assert expected == message({"summary": summary})


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("192.0.2.7", {"sourceipaddress": "192.0.2.7"}),
        ("2001:db8::7", {"sourceipaddress": "2001:db8::7"}),
        ("tty1", {"tty": "tty1"}),
        ("/dev/pts/3", {"tty": "/dev/pts/3"}),
        ("pc1.example.com", {"source": "pc1.example.com"}),
        ("UNKNOWN", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_where_somebody_came_from_is_an_address_a_terminal_or_a_host(peer, expected):
    assert expected == place({}, peer)
