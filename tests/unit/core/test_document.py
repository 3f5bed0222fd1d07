from datetime import UTC, datetime

import pytest

from mqworker.core.document import placed, serialize
from mqworker.core.errors import Refused
from mqworker.core.message import Document, Event
from mqworker.core.naming import Naming

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_document_has_the_events_id_and_its_day():
    event = Event("m", 0, NOW, {}, "event")
    assert Document("events-20261123", "m", b"") == placed(event, Naming(), None, NOW)


def test_a_source_is_json_in_utf8_on_one_line():
    assert serialize({"summary": "ä\n"}) == '{"summary":"ä\\n"}'.encode()


def test_a_document_without_any_time_is_always_looked_for_since_brokers_forget_deliveries():
    event = Event("m", 0, None, {}, "event")
    assert "events-20261122" in placed(event, Naming(), None, NOW).elsewhere
    assert placed(event, Naming(), NOW, NOW).elsewhere == ()


def test_of_those_with_a_time_only_a_redelivered_document_is_looked_for_elsewhere():
    event = Event("m", 0, NOW, {}, "event")
    assert placed(event, Naming(), None, NOW).elsewhere == ()
    again = placed(event, Naming(), None, NOW, redelivered=True)
    assert again.elsewhere == ("events-out-of-range",)


def test_what_json_has_no_form_for_is_refused():
    with pytest.raises(Refused, match="can't be written as JSON"):
        serialize({"a": 2**70})
