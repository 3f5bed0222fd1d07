"""The person of LDAP's events."""

import pytest

from mqworker.extractors.ldap import EXTRACTOR

JOE = {"email": "joe@example.com", "username": "joe"}
ACTOR = "mail=joe@example.com,o=com,dc=example"


def said(**fields):
    event = {"category": "ldap", "source": "x", "processname": "UNKNOWN", "tags": [], "details": {}}
    return EXTRACTOR.extract(event | fields)


def facts(**fields):
    return {name: value for name, value in said(**fields).details.items() if value is not None}


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"actor": ACTOR}, JOE),
        ({"actor": "dn: mail=joe@example.com,o=com"}, JOE),
        ({"actor": ACTOR, "tls": True}, JOE | {"tls_encrypted": True}),
        ({"actor": "cn=joe,o=com"}, {}),
        ({"actor": "mail=joe@example.com,x mail=ann@example.com"}, {}),
        ({"actor": "mail=@example.com"}, {"email": "@example.com"}),
        ({"actor": 5}, {}),
        ({}, {}),
    ],
)
def test_the_actors_mail_address_names_the_person(details, expected):
    assert expected == facts(details=details)


@pytest.mark.parametrize(
    "mark", [{"source": "LDAP-Humanizer"}, {"tags": ["a", "ldap"]}, {"processname": "ldap"}]
)
def test_an_actor_counts_in_events_that_say_they_are_of_ldap(mark):
    assert JOE == facts(category="x", details={"actor": ACTOR}, **mark)


def test_an_actor_in_any_other_event_is_none_of_ldaps():
    assert {} == facts(category="theatre", details={"actor": ACTOR}, source=None)


def test_an_event_without_a_person_states_no_person_at_all():
    assert "username" not in facts()


def test_the_source_is_ldap_where_the_sender_names_none():
    assert [{"source": "ldap"}, {}] == [said(source="UNKNOWN").fields, said().fields]
