"""Extraction on the way of a message: after normalization, before validation."""

import json
from dataclasses import replace

import orjson
import pytest

from mqworker.config.extractors import load_extractors
from mqworker.config.schemafiles import load_schemas
from mqworker.core.explain import explain
from mqworker.core.extract import FAILED_TAG, Extraction, Extractor
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.pipeline import prepare
from mqworker.core.policy import Policy
from tests.unit.core.subset import RECEIVED

POLICY = Policy(load_schemas(()), extraction=Extraction(load_extractors()))
LINE = "Failed password for invalid user joe from 203.0.113.9 port 4711 ssh2"
RECORD = {
    "summary": LINE,
    "processname": "sshd",
    "category": "authentication",
    "severity": "INFO",
}


def delivered(record):
    return Delivery(Tag(0, 0), json.dumps(record).encode(), PlainProperties(), RECEIVED)


def saying(facts):
    reader = Extractor("bad", lambda _: facts, programs=("sshd",))
    return replace(POLICY, extraction=Extraction([reader]))


def test_what_the_text_says_is_in_the_event_and_its_addresses_are_clean():
    (event,) = prepare(delivered(RECORD), POLICY).events
    assert {
        "authstatus": "Failed",
        "authmethod": "password",
        "username": "joe",
        "sourceipaddress": "203.0.113.9",
        "sourceipv4address": "203.0.113.9",
        "sourceport": "4711",
    } == event.fields["details"]
    assert ({"plugins": ["sshd"]}, ()) == (event.fields["mozdef"], event.failed)


def test_an_address_under_an_older_name_is_the_senders_own_too():
    (event,) = prepare(delivered(RECORD | {"details": {"srcip": "198.51.100.1"}}), POLICY).events
    assert "198.51.100.1" == event.fields["details"]["sourceipaddress"]
    assert "sourceport" not in event.fields["details"]


def test_explain_shows_the_event_that_is_stored():
    (event,) = prepare(delivered(RECORD), POLICY).events
    (explained,) = explain(delivered(RECORD), POLICY)
    assert event.fields == explained.event
    assert event.fields == orjson.loads(explained.document.source)


def test_without_extractors_an_event_stays_as_it_was_sent():
    (event,) = prepare(delivered(RECORD), Policy(POLICY.schemas)).events
    assert {} == event.fields["details"]


@pytest.mark.parametrize("facts", [{"username": ["joe"]}, {"sourceport": "ssh"}])
@pytest.mark.parametrize("on_invalid", ["dead-letter", "tag"])
def test_what_would_make_an_event_invalid_is_left_out(facts, on_invalid):
    policy = replace(saying(facts), on_invalid=on_invalid)
    prepared = prepare(delivered(RECORD), policy)
    (event,) = prepared.events
    assert ({}, ()) == (event.fields["details"], prepared.failures)
    assert ([FAILED_TAG], ("bad",)) == (event.fields["tags"], event.failed)
    assert event.fields["errors"][0].startswith("extractor bad: ")
    assert {"plugins": []} == event.fields["mozdef"]


def test_an_event_that_its_sender_made_invalid_is_refused_as_before():
    record = RECORD | {"severity": "SOMEWHAT BAD"}
    bare = prepare(delivered(record), Policy(POLICY.schemas))
    for policy in (POLICY, saying({"username": ["joe"]}), saying({"username": "joe"})):
        assert len(bare.failures) == len(prepare(delivered(record), policy).failures) == 1


def test_an_invalid_event_that_is_only_tagged_keeps_what_its_text_says():
    policy = replace(POLICY, on_invalid="tag")
    (event,) = prepare(delivered(RECORD | {"severity": "SOMEWHAT BAD"}), policy).events
    assert "joe" == event.fields["details"]["username"]
    assert ["invalid"] == event.fields["tags"]
