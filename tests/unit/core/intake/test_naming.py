from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.unit.core.intake.asking import asked

UUID = "19e93213-3621-420c-a8b8-a618498b3e2a"


def names(path: str, body: Any, **headers: str) -> list[str]:
    """Return the message IDs of a request's events."""
    text = body if isinstance(body, str) else orjson.dumps(body)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return [str(each.properties.message_id) for each in asked("POST", path, text, sent).events]


def test_events_without_an_id_get_names_of_their_own() -> None:
    assert ["request-0", "request-1"] == names("/events", [{"n": 1}, {"n": 1}])


def test_the_clients_key_names_one_event_or_begins_the_names_of_several() -> None:
    assert ["k"] == names("/events", {"n": 1}, idempotency_key="k")
    assert ["k"] == names("/events", {"n": 1}, idempotency_key='"k"')
    assert ["k-0", "k-1"] == names("/events", [{"n": 1}, {"n": 1}], idempotency_key="k")
    assert ["k-0"] == names("/events", [{"n": 1}, 3], idempotency_key="k")


def test_the_id_of_a_bulk_action_is_the_name_whatever_else_there_is() -> None:
    body = (
        f'{{"create":{{"_id":"x"}}}}\n{{"event":{{"id":"{UUID}"}}}}\n{{"index":{{"_id":7}}}}\n{{}}'
    )

    assert ["x", "7"] == names("/_bulk", body, idempotency_key="k")


@pytest.mark.parametrize(
    "event",
    [
        {"event": {"id": UUID}},
        {"event.id": UUID},
        {"Uuid": UUID},
        {"@uuid": UUID},
        {"eventID": UUID},
    ],
)
def test_an_event_id_that_is_a_uuid_is_the_name(event: dict[str, Any]) -> None:
    assert [UUID] == names("/events", event)
    assert [UUID] == names("/_bulk", [event])


def test_an_event_id_of_another_form_names_equal_events_only() -> None:
    first, again, other = (
        names("/_bulk", [{"event": {"id": "C1"}, "n": number}]) for number in (1, 1, 2)
    )

    assert first == again
    assert first != other
    assert first[0].startswith("C1-")


@pytest.mark.parametrize(
    "event",
    [{"EventID": 4625}, {"eventID": "4625"}, {"event": {"id": 3}}, {"event": "x"}, {"Uuid": ""}],
)
def test_what_is_no_id_of_an_event_names_nothing(event: dict[str, Any]) -> None:
    assert ["request-0"] == names("/events", event)


@pytest.mark.parametrize("key", ["k" * 300, "ключ", "a\x07b"])
def test_a_key_that_can_be_no_message_id_is_digested(key: str) -> None:
    (name,) = names("/events", {"n": 1}, idempotency_key=key)

    assert (32, [name]) == (len(name), names("/events", {"n": 1}, idempotency_key=key))
