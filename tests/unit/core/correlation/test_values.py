import pytest

from mqworker.core.correlation.rules import path
from mqworker.core.correlation.values import canonical, cleaner, is_present


@pytest.mark.parametrize("word", ["", "  ", "-", " - ", "unknown", "UNKNOWN", "Unknown", "null"])
def test_words_that_say_that_there_is_no_value_are_none(word):
    assert canonical(word) is None


@pytest.mark.parametrize("value", [None, True, False, 4.2, ["a"], {"a": "b"}])
def test_only_text_and_whole_numbers_are_values(value):
    assert canonical(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" joe\n", "joe"), (0, "0"), (4711, "4711"), ("4711", "4711"), ("Joe", "Joe"), ("--", "--")],
)
def test_text_is_trimmed_and_a_number_is_its_text(value, expected):
    assert expected == canonical(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("pool-7.example.com", "pool-7.example.com"),
        ("UNKNOWN", None),
        (None, None),
    ],
)
def test_an_address_is_compared_in_its_canonical_form(value, expected):
    assert expected == cleaner(path("details.sourceipaddress"))(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("sshd", "sshd"),
        ("/usr/sbin/sshd", "sshd"),
        ("sshd[4711]:", "sshd"),
        ("/usr/sbin/sshd -D", "sshd"),
        ("sshd: joe@pts/0", "sshd"),
        ("postfix/smtpd", "smtpd"),
        ("in.ftpd", "in.ftpd"),
        ("(systemd)", "(systemd)"),
        ("/usr/sbin/", "/usr/sbin/"),
        ("x" * 200, "x" * 200),
        ("UNKNOWN", None),
        (["sshd"], None),
    ],
)
def test_a_program_is_compared_by_its_bare_name(value, expected):
    assert expected == cleaner(path("processname"))(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Server listening on :: port 22.", "Server listening on :: port 22."),
        ("Nov 23 05:48:44 web1 sshd[7]: Server listening on ::", "Server listening on ::"),
        ("<38>Nov 23 05:48:44 web1 sshd[7]: drop connection", "drop connection"),
        ("2026-11-23T05:48:44.123456+02:00 web1 sshd[7]: drop connection", "drop connection"),
        (
            "Nov 23 05:48:44 web1 last message repeated",
            "Nov 23 05:48:44 web1 last message repeated",
        ),
        ("UNKNOWN", None),
        (7, "7"),
    ],
)
def test_a_summary_begins_after_the_header_of_a_syslog_line(value, expected):
    assert expected == cleaner(path("summary"))(value)


def test_the_bare_name_is_only_that_of_the_canonical_field():
    assert cleaner(path("details.processname"))("/usr/sbin/sshd") == "/usr/sbin/sshd"


@pytest.mark.parametrize("value", [None, False, "", "-", "Unknown", [], {}])
def test_what_holds_nothing_is_not_present(value):
    assert not is_present(value)


@pytest.mark.parametrize("value", [True, "yes", "1.1 squid", 1, ["192.0.2.1"], {"a": 1}])
def test_whatever_holds_something_is_present(value):
    assert is_present(value)
