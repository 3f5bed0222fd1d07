from datetime import UTC, datetime

import pytest

from mqworker.core.document import document
from mqworker.core.errors import Refused
from mqworker.core.message import Document, Event
from mqworker.core.naming import Naming

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_document_has_the_events_id_and_its_day():
    event = Event("m", 0, NOW, {"summary": "ä"}, "event")
    expected = Document("events-20261123", "m", '{"summary":"ä"}'.encode())
    assert expected == document(event, Naming(), None, NOW)


def test_only_a_redelivered_document_is_looked_for_elsewhere():
    event = Event("m", 0, NOW, {}, "event")
    assert document(event, Naming(), None, NOW).elsewhere == ()
    again = document(event, Naming(), None, NOW, redelivered=True)
    assert again.elsewhere == ("events-out-of-range",)


def test_what_json_has_no_form_for_is_refused():
    with pytest.raises(Refused, match="can't be written as JSON"):
        document(Event("m", 0, NOW, {"a": 2**70}, "event"), Naming(), None, NOW)
