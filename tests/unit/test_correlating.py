"""Correlation in the worker: when the source of a document is written."""

import time
from datetime import UTC, datetime

import orjson
import pytest

from mqworker.config.rulesfile import load_rules
from mqworker.config.schemafiles import load_schemas
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.pace import Pace
from mqworker.core.pipeline import documents, prepare
from mqworker.core.policy import Policy
from mqworker.core.settlement import OpenMessage
from mqworker.correlating import Correlating
from mqworker.memories.process import ProcessMemory
from mqworker.remembering import Remembering
from mqworker.sinks.memory import MemorySink
from mqworker.telemetry import Tally

POLICY = Policy(load_schemas(()))
WHOLE = {"username": "ada", "sourceipaddress": "192.0.2.7", "sessionid": "8f14e45fceea167a5a36"}


@pytest.fixture
def begun():
    """Return a function that sends an event with some details on its way."""
    remembering = Remembering(load_rules(), time.time)
    correlating = Correlating(
        ProcessMemory(), MemorySink(), remembering, Pace(), Tally(), lambda: 0.5
    )

    def begin(details):
        body = orjson.dumps({"summary": "logged in", "details": details})
        delivery = Delivery(Tag(0, 1), body, PlainProperties(), datetime.now(UTC))
        prepared = prepare(delivery, POLICY)
        (document,) = documents(prepared, POLICY)
        return correlating.begin(prepared.events[0], document, OpenMessage(prepared))

    yield begin
    correlating.close()


def test_an_event_that_lacks_nothing_is_written_at_once_and_weighs_no_more_than_that(begun):
    item = begun(WHOLE)
    assert item.sighting
    assert orjson.loads(item.document.source)["details"].items() >= WHOLE.items()
    assert not item.fields


def test_an_event_that_nothing_links_is_written_at_once(begun):
    item = begun({"note": "of nobody"})
    assert not item.sighting
    assert orjson.loads(item.document.source)["details"] == {"note": "of nobody"}


def test_an_event_that_lacks_something_waits_for_what_others_know(begun):
    item = begun({"sessionid": WHOLE["sessionid"]})
    assert item.is_open()
    assert not item.document.source
    assert item.fields["details"] == {"sessionid": WHOLE["sessionid"]}
