import pytest

from mqworker.core.correlation.rules import Condition, path
from tests.unit.core.correlation.ruled import link_of, rule


@pytest.mark.parametrize("name", ["sshd", "SSHD", "/usr/sbin/sshd", "sshd[42]:", "sudo"])
def test_only_events_whose_field_is_one_of_some_have_the_link(name):
    daemons = Condition(path("processname"), any_of=frozenset({"/usr/sbin/sshd", "Sudo"}))
    one = rule("processid", conditions=(daemons,))
    assert link_of(one, {"processname": name, "processid": "7"})


@pytest.mark.parametrize("name", ["mysshd", "sshd-x", "sshd/x", "UNKNOWN", ""])
def test_events_whose_field_is_something_else_have_no_link(name):
    daemons = Condition(path("processname"), any_of=frozenset({"sshd"}))
    one = rule("processid", conditions=(daemons,))
    assert link_of(one, {"processname": name, "processid": "7"}) is None


@pytest.mark.parametrize("value", [None, 7, ["sshd"], {"sshd": 1}, "x" * 1000])
def test_a_value_of_any_kind_can_be_compared(value):
    daemons = Condition(path("processname"), any_of=frozenset({"sshd"}))
    assert link_of(rule("processid", conditions=(daemons,)), {"processname": value}) is None


def test_a_number_is_compared_as_its_text():
    no_process = Condition(path("processid"), none_of=frozenset({"0"}))
    one = rule("processid", conditions=(no_process,))
    assert link_of(one, {"processid": 0}) is None
    assert link_of(one, {"processid": 10}) == ["r", "10"]


@pytest.mark.parametrize(
    ("summary", "linked"),
    [
        ("Server listening on :: port 22.", False),
        ("  SERVER LISTENING on", False),
        ("Server", True),
        ("x Server listening on", True),
        ("UNKNOWN", True),
        (None, True),
    ],
)
def test_an_event_that_starts_with_a_forbidden_text_has_no_link(summary, linked):
    listener = Condition(path("summary"), no_prefix=("Server listening", "drop"))
    one = rule("processid", conditions=(listener,))
    assert linked == bool(link_of(one, {"processid": "7", "summary": summary}))


def test_a_word_that_is_longer_than_a_forbidden_one_is_not_forbidden():
    one = rule("processid", conditions=(Condition(path("source"), none_of=frozenset({"test"})),))
    assert link_of(one, {"processid": "7", "source": "test"}) is None
    assert link_of(one, {"processid": "7", "source": "test2"}) == ["r", "7"]


@pytest.mark.parametrize(
    ("details", "linked"),
    [
        ({}, True),
        ({"via": "-", "proxied": False}, True),
        ({"via": "1.1 squid"}, False),
        ({"via": "", "proxied": True}, False),
        ({"proxied": ["VIA"]}, False),
    ],
)
def test_an_event_in_which_a_forbidden_field_is_present_has_no_link(details, linked):
    forbidden = tuple(
        Condition(path(name), absent=True) for name in ("details.via", "details.proxied", "source")
    )
    one = rule("details.port", conditions=forbidden)
    assert linked == bool(link_of(one, {"details": {"port": 1, **details}}))
    assert link_of(one, {"details": {"port": 1, **details}, "source": "x"}) is None


def test_all_conditions_of_a_rule_have_to_hold():
    conditions = (
        Condition(path("processname"), any_of=frozenset({"sshd"})),
        Condition(path("summary"), no_prefix=("drop",)),
    )
    one = rule("processid", conditions=conditions)
    good = {"processid": "7", "processname": "sshd", "summary": "x"}
    assert link_of(one, good)
    assert link_of(one, {**good, "processname": "nginx"}) is None
    assert link_of(one, {**good, "summary": "drop"}) is None
