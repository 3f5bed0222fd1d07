from __future__ import annotations

import orjson

from mqworker.config.schemafiles import load_schemas
from mqworker.core.correlation.rules import Rules
from mqworker.core.explain import explain
from mqworker.core.explain_correlation import Related, relate
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.policy import Policy
from tests.stories import ADDRESS, NOON, RULES, SESSION, Fields, event, web


def related(*events: Fields | int, rules: Rules = RULES) -> list[Related]:
    body = orjson.dumps(events)
    delivery = Delivery(Tag(0, 0), body, PlainProperties(message_id="m"), NOON)
    return relate(list(explain(delivery, Policy(load_schemas()))), rules)


def test_events_of_one_message_fill_each_other_in_as_in_the_worker() -> None:
    *_, invalid = related(*web())

    assert invalid.explained.document is not None
    source = orjson.loads(invalid.explained.document.source)
    assert source["details"]["sourceipaddress"] == ADDRESS
    assert [one["from"] for one in source["correlation"]["filled"]] == ["m:1", "m:0", "m:1"]
    assert invalid.explained.event is not None
    assert "sourceipaddress" not in invalid.explained.event["details"]


def test_a_fill_names_the_position_of_the_event_that_it_came_from() -> None:
    *_, invalid = related(*web())

    assert invalid.step is not None
    assert invalid.step.sources == {
        "details.sessionid": 1,
        "details.sourceipaddress": 0,
        "details.username": 1,
    }


def test_what_is_refused_takes_no_part() -> None:
    first, refused, last = related(web()[0], 5, web()[2])

    assert refused.step is None
    assert refused.explained.refusal is not None
    assert first.step is not None
    assert last.step is not None
    assert last.step.sources == {"details.sourceipaddress": 0}


def test_an_event_without_a_link_stays_as_it_is() -> None:
    (alone,) = related(event(0, "cron", sourceipaddress=ADDRESS))

    assert alone.explained.document is not None
    assert orjson.loads(alone.explained.document.source) == alone.explained.event
    assert alone.step is not None
    assert alone.step.says.links == ()


def test_without_rules_nothing_is_filled_in() -> None:
    assert all(one.step and not one.step.says.stated for one in related(*web(), rules=Rules(())))
    assert SESSION in str([one.explained.event for one in related(*web(), rules=Rules(()))])
