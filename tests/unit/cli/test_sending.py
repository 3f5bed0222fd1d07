from __future__ import annotations

import pytest

from mqworker.brokers.memory import MemoryBroker
from mqworker.cli.reading import Bad, Found
from mqworker.cli.sending import Sending
from mqworker.core.errors import BrokerUnavailable, MqworkerError
from mqworker.core.message import Publication
from mqworker.publishers.memory import MemoryPublisher


def event(number: int, **fields: object) -> Found:
    return Found(number, b"{}", dict(fields))


@pytest.fixture
def broker() -> MemoryBroker:
    broker = MemoryBroker()
    broker.declare("q", ["x"])
    return broker


def sending(broker: MemoryBroker, id_field: str | None = None) -> Sending:
    return Sending(MemoryPublisher(broker), "x", "q", "run", id_field)


def test_each_event_is_a_persistent_json_message_with_an_id_of_run_and_line(
    broker: MemoryBroker,
) -> None:
    sending(broker).send([event(1), event(7)])

    messages = broker.peek("q", 9)
    assert [("run-1", 2), ("run-7", 2)] == [
        (one.properties.message_id, one.properties.delivery_mode) for one in messages
    ]
    assert {"application/json"} == {one.properties.content_type for one in messages}
    assert all(one.properties.timestamp for one in messages)


def test_the_id_can_be_a_field_of_the_event(broker: MemoryBroker) -> None:
    items = [event(1, details={"eventid": "a"}), event(2, details={"eventid": 5})]
    dotted = Found(3, b"{}", {"details.eventid": "c"})

    sending(broker, "details.eventid").send([*items, dotted])

    assert ["a", "5", "c"] == [one.properties.message_id for one in broker.peek("q", 9)]


@pytest.mark.parametrize("value", [None, "", True, 1.5, ["a"], "ü" * 128])
def test_an_event_without_a_usable_id_is_told_and_not_sent(
    broker: MemoryBroker, value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    told = sending(broker, "id")

    told.send([event(1, id="a"), event(2, id=value)])

    assert (1, 1) == (told.confirmed, told.bad)
    assert "mqworker: error: line 2: its id is" in capsys.readouterr().err


def test_what_is_no_event_is_told_and_the_others_are_sent(
    broker: MemoryBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    told = sending(broker)

    told.send([event(1), Bad(2, "not JSON"), event(3)])

    assert (2, 1) == (told.confirmed, told.bad)
    assert capsys.readouterr().err == "mqworker: error: line 2: not JSON\n"
    assert "2 confirmed" in told.told()
    assert "1 not sent" in told.told()


def test_what_was_not_confirmed_is_not_counted_and_the_cure_is_told(broker: MemoryBroker) -> None:
    def judge(publication: Publication) -> MqworkerError | None:
        return BrokerUnavailable("gone") if publication.properties.message_id == "run-3" else None

    told = sending(broker)
    told.publisher = MemoryPublisher(broker, judge=judge)
    told.send([event(1), event(2)])
    with pytest.raises(BrokerUnavailable):
        told.send([event(3), event(4)])

    assert told.confirmed == 2
    assert told.cure().startswith("stopped after line 2, 2 confirmed")
    assert "--run-id run" in told.cure()
