import pytest

from mqworker.core.correlation.linking import SEPARATOR
from mqworker.core.correlation.rules import path
from tests.unit.core.correlation.ruled import link_of, rule


def test_a_link_is_the_name_of_its_rule_and_the_values_in_the_order_of_the_fields():
    event = {"hostname": "h", "details": {"sourceport": 4711}}
    assert link_of(rule("hostname", "details.sourceport"), event) == ["r", "h", "4711"]


@pytest.mark.parametrize("host", [{}, {"hostname": "UNKNOWN"}, {"hostname": None}])
def test_an_event_that_lacks_one_of_the_fields_has_no_link(host):
    event = {**host, "details": {"sourceport": 4711}}
    assert link_of(rule("hostname", "details.sourceport"), event) is None


def test_an_identity_field_is_taken_from_what_is_stated():
    event = {"details": {"sourceipaddress": "::ffff:192.0.2.1"}}
    rule_of_address = rule("details.sourceipaddress")
    assert link_of(rule_of_address, event, ("192.0.2.1", None)) == ["r", "192.0.2.1"]
    assert link_of(rule_of_address, event, (None, "joe")) is None


def test_a_scope_counts_for_values_that_are_short():
    short = rule("details.sessionid", scope=(path("hostname"),), scope_below=16)
    event = {"hostname": "h", "details": {"sessionid": "1234567890abcde"}}
    assert link_of(short, event) == ["r", "1234567890abcde", "h"]
    event["details"]["sessionid"] += "f"
    assert link_of(short, event) == ["r", "1234567890abcdef"]


def test_a_scope_without_a_length_always_counts():
    always = rule("details.connectionid", scope=(path("hostname"),))
    event = {"hostname": "h", "details": {"connectionid": "c" * 40}}
    assert link_of(always, event) == ["r", "c" * 40, "h"]


def test_a_value_that_needs_a_scope_which_is_missing_makes_no_link():
    short = rule("details.sessionid", scope=(path("hostname"),), scope_below=16)
    assert link_of(short, {"hostname": "UNKNOWN", "details": {"sessionid": "7"}}) is None
    assert link_of(short, {"hostname": "UNKNOWN", "details": {"sessionid": "7" * 16}})


@pytest.mark.parametrize("odd", ["a" + SEPARATOR + "b", SEPARATOR, "x" * 3000])
def test_a_value_that_could_be_another_links_or_fills_memory_makes_no_link(odd):
    session = rule("details.sessionid", scope=(path("hostname"),), scope_below=16)
    assert link_of(session, {"hostname": "h", "details": {"sessionid": odd}}) is None
    assert link_of(session, {"hostname": odd, "details": {"sessionid": "7"}}) is None
