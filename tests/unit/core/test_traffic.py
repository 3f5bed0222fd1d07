import ipaddress
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.message import Delivery, PlainProperties, Prepared, Tag
from mqworker.core.pipeline import prepare
from mqworker.core.policy import Policy
from mqworker.core.traffic import BAD, KINDS, REFUSED_AT, Planted, planted, traffic

START = datetime(2026, 11, 23, 9, 30, 15, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RANGES = [
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]

POINTED_AT = {
    "plain text": "",
    "cut short": "",
    "bad UTF-8": "",
    "bad flag": "/details/success",
    "bad port": "/details/sourceport",
    "stack trace": "/details/stacktrace",
    "bad name": "/details/username",
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy(load_schemas())


def through(policy: Policy, message: Planted) -> Prepared:
    return prepare(Delivery(Tag(1, 1), message.body, PlainProperties(), START), policy)


def test_the_same_seed_number_and_time_make_the_same_message():
    first, again = (list(traffic(200, 7, START, SECOND)) for _ in range(2))
    assert first == again
    assert planted(150, 7, START + 150 * SECOND) == first[150]


def test_another_seed_makes_other_messages():
    one, other = ({each.body for each in traffic(200, seed, START, SECOND)} for seed in (1, 2))
    assert not one & other


def test_one_message_of_twenty_is_bad_and_the_ways_take_turns():
    bad = [each.bad for each in traffic(20 * 14, 7, START, SECOND)]
    assert bad[19::20] == [*BAD, *BAD]
    assert Counter(bad)[None] == 19 * 14


def test_none_is_bad_when_that_is_asked_for():
    assert {each.bad for each in traffic(100, 7, START, SECOND, bad_every=0)} == {None}


def test_every_kind_of_event_comes_within_a_few_hundred_messages():
    assert {each.kind for each in traffic(300, 7, START, SECOND)} == set(KINDS)


@pytest.mark.parametrize("seed", [0, 7, 2**64])
def test_every_good_message_satisfies_the_schema_of_its_kind(policy: Policy, seed: int):
    for message in traffic(1500, seed, START, SECOND, bad_every=0):
        prepared = through(policy, message)
        schemas = [event.schema for event in prepared.events]
        expected = "event" if message.kind == "syslog" else message.kind
        assert (schemas, prepared.failures) == ([expected], ()), message.body


def test_every_bad_message_is_refused_for_the_reason_it_was_planted_for(policy: Policy):
    messages = [each for each in traffic(3000, 7, START, SECOND) if each.bad]
    for message in messages:
        (failure,) = through(policy, message).failures
        way = str(message.bad)
        assert failure.refusal.stage == REFUSED_AT[way]
        assert failure.refusal.pointer == POINTED_AT[way]


def test_every_event_says_who_where_and_when(policy: Policy):
    for number, message in enumerate(traffic(500, 7, START, SECOND, bad_every=0)):
        (event,) = through(policy, message).events
        assert event.occurred is not None
        assert abs(event.occurred - (START + number * SECOND)) < SECOND
        assert event.fields["summary"].strip() not in ("", "UNKNOWN")
        assert event.fields["hostname"].endswith(".example.com")
        assert message.kind == "syslog" or event.fields["details"]


def test_every_address_is_from_a_range_for_documentation():
    text = b"\n".join(each.body for each in traffic(3000, 7, START, SECOND)).decode("latin-1")
    found = re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b2001:[0-9a-f:]+", text)
    outside = {
        address
        for address in found
        if not any(ipaddress.ip_address(address) in network for network in RANGES)
    }
    assert (outside, len(found) > 1000) == (set(), True)
