"""What holds for every extractor that mqworker ships, whatever the event."""

import json
import time
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqworker.config.extractors import load_extractors
from mqworker.config.schemafiles import load_schemas
from mqworker.core.extract import Extraction
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.pipeline import prepare
from mqworker.core.policy import Policy
from mqworker.core.statement import CORRECTABLE, is_absent
from mqworker.extractors.forms import LONGEST
from tests.unit.core.subset import RECEIVED
from tests.unit.core.test_extract import event
from tests.unit.extractors.lines import BEGINNINGS, PIECES

EXTRACTORS = load_extractors()
POLICY = Policy(load_schemas(()), extraction=Extraction(EXTRACTORS))
PROGRAMS = sorted({program for each in EXTRACTORS for program in each.programs})
CATEGORIES = sorted({category for each in EXTRACTORS for category in each.categories})

NAMES = [
    *("username", "sourceipaddress", "sourceport", "eventid", "useridentity", "eventname"),
    *("actor", "targetusername", "ipaddress", "ipport", "auid", "gid", "dhost", "ip", "program"),
]
VALUES = st.one_of(
    st.sampled_from(
        ["joe", "192.0.2.7", "-", "4624", "(null)", "4294967295", "0, 1", 4624, "1" * 300]
    ),
    st.sampled_from([{"userName": "joe"}, ["mail=joe@example.com"], "mail=joe@example.com"]),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists),
)
summaries = st.builds(
    lambda beginning, pieces: beginning + "".join(pieces),
    st.sampled_from(BEGINNINGS),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=9)), max_size=9),
)
events = st.builds(
    event,
    summary=summaries,
    processname=st.sampled_from([*PROGRAMS, "UNKNOWN", "other"]),
    category=st.sampled_from([*CATEGORIES, "UNKNOWN", "authentication"]),
    details=st.dictionaries(st.sampled_from(NAMES), VALUES),
)

FIXED = ("summary", "processname", "processid", "category")


@settings(max_examples=80)
@given(sent=events)
def test_no_extractor_fails_and_none_overwrites_what_the_sender_wrote(sent):
    after = deepcopy(sent)
    assert () == POLICY.extraction.apply(after)
    assert [sent[name] for name in FIXED] == [after[name] for name in FIXED]
    kept = {
        name: value
        for name, value in sent["details"].items()
        if not is_absent(value) and name not in CORRECTABLE and name != "sourceipaddress"
    }
    assert kept == {name: after["details"][name] for name in kept}


@settings(max_examples=80)
@given(sent=events)
def test_an_extractor_changes_nothing_in_the_event_that_it_reads(sent):
    for extractor in EXTRACTORS:
        if all(name in sent["details"] for name in extractor.names):
            before = deepcopy(sent)
            extractor.extract(sent)
            assert before == sent


@settings(max_examples=60)
@given(sent=events)
def test_no_event_becomes_invalid_by_what_its_text_says(sent):
    record = {name: sent[name] for name in (*FIXED, "details")}
    body = json.dumps(record).encode()
    delivery = Delivery(Tag(0, 0), body, PlainProperties(), RECEIVED)
    bare = prepare(delivery, Policy(POLICY.schemas))
    full = prepare(delivery, POLICY)
    assert [len(bare.events), bare.failures] == [len(full.events), full.failures]


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda extractor: extractor.name)
def test_the_longest_and_most_hostile_line_takes_little_time(extractor):
    for beginning in BEGINNINGS:
        for piece in (*PIECES, "a", "1.1.1.1 ", "f:", ":"):
            line = (beginning + piece * LONGEST)[: LONGEST - 1]
            details = dict.fromkeys(extractor.names, line) | {"eventid": 4624, "eventname": "x"}
            fields = event(line, details, category="ldap")
            began = time.process_time()
            extractor.extract(fields)
            assert time.process_time() - began < 0.1


def test_a_text_of_any_length_is_no_trouble():
    fields = event("Failed password for " * 100_000, processname="sshd")
    assert () == POLICY.extraction.apply(fields)
    assert {} == fields["details"]
