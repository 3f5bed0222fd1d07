from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.message import Document
from mqworker.core.story import as_object
from mqworker.core.trail import Bounds, trace
from mqworker.sinks.memory import MemorySink
from tests.stories import (
    ADDRESS,
    NOON,
    RULES,
    SESSION,
    event,
    ids,
    ssh,
    stored,
    summaries,
    told,
    web,
)


@pytest.mark.parametrize("value", [ADDRESS, SESSION, "mallory", "m:0", "m:2", f"::ffff:{ADDRESS}"])
def test_any_value_of_an_activity_leads_to_all_of_it(value: str) -> None:
    sink = stored(*web(), event(3, "cron", "unrelated"))

    assert summaries(told(sink, value)) == ["connection", "logged in", "ValueError"]


def test_an_event_is_found_by_the_id_that_its_sender_gave_it() -> None:
    sink = stored(event(0, "shop", "a", eventid="e-1"), event(1, "shop", "b", eventid="e-2"))

    assert summaries(told(sink, "e-2")) == ["b"]


def test_the_lines_of_one_process_are_one_story() -> None:
    sink = stored(*ssh(), *ssh(1, "203.0.113.7", "root", pid=43))

    assert ids(told(sink, ADDRESS)) == ["m:0", "m:1", "m:2"]


def test_a_process_id_that_is_used_again_later_is_not_followed() -> None:
    sink = stored(*ssh(), *ssh(3600, "203.0.113.7", "root"))

    assert ids(told(sink, ADDRESS)) == ["m:0", "m:1", "m:2"]


def test_the_listeners_own_lines_are_no_part_of_a_connection() -> None:
    listening = event(-1, "sshd", "Server listening on 0.0.0.0 port 22.", pid=42)

    assert "Server listening on 0.0.0.0 port 22." not in summaries(
        told(stored(*ssh(), listening), ADDRESS)
    )


def test_people_behind_one_address_are_not_followed_from_one_to_the_other() -> None:
    sink = stored(*web(), *web(5, number="c2", sessionid="a" * 16, username="alice"))

    assert ids(told(sink, "alice")) == ["m:3", "m:4", "m:5"]
    assert len(told(sink, ADDRESS).steps) == 6


def test_people_in_one_account_are_not_followed_from_one_to_the_other() -> None:
    other = web(5, "203.0.113.7", "c2", sessionid="a" * 16)

    assert ids(told(stored(*web(), *other), SESSION)) == ["m:0", "m:1", "m:2"]


def test_an_address_and_an_account_are_noted_as_what_people_share() -> None:
    sink = stored(*web())

    assert ["address" in told(sink, ADDRESS).notes[0], "account" in told(sink, "mallory").notes[0]]
    assert told(sink, SESSION).notes == ()


def test_what_may_be_the_value_is_told_too() -> None:
    sink = stored(*ssh(), event(1.5, "sshd", "Invalid user", username="root", pid=42))

    assert "pam_unix(sshd:auth): check pass" in summaries(told(sink, "root"))


def test_from_evidence_to_what_was_filled_from_it_and_back_over_several_links() -> None:
    chain = [
        event(0, "haproxy", "a", connectionid="c1", sourceipaddress=ADDRESS),
        event(1, "shop-login", "b", connectionid="c1", sessionid=SESSION),
        event(2, "shop", "c", sessionid=SESSION, host="web2"),
    ]
    sink = stored(*chain)

    assert summaries(told(sink, "m:0")) == summaries(told(sink, "m:2")) == ["a", "b", "c"]
    assert told(sink, "m:2").steps[2].sources["details.sourceipaddress"] == 1


def test_links_are_followed_so_far_as_correlation_follows_them_and_that_is_noted() -> None:
    chain = [event(n, "p", f"{n}", requestid=f"r{n}", traceid=f"t{n + 1}") for n in range(0, 20, 2)]
    chain += [
        event(n, "p", f"{n}", requestid=f"r{n + 1}", traceid=f"t{n}") for n in range(1, 20, 2)
    ]
    sink = stored(*chain)

    story = told(sink, "m:0")

    assert summaries(story) == ["0", "1", "2", "3"]
    assert story.notes[-1] == "What is more than 3 links away is not told."


def test_no_more_events_than_asked_for_and_these_are_the_newest() -> None:
    sink = stored(*(event(n, "shop", f"{n}", username="bob") for n in range(20)))

    story = told(sink, "bob", limit=5)

    assert summaries(story) == ["15", "16", "17", "18", "19"]
    assert story.notes[0].startswith("There are more events than 5")
    assert not told(sink, "bob", limit=20).notes[0].startswith("There are more")


def test_events_outside_of_the_time_asked_for_are_not_told() -> None:
    sink = stored(*web())
    second = NOON + timedelta(seconds=1)

    story = told(sink, ADDRESS, since=second, until=second + timedelta(seconds=30))

    assert summaries(story) == ["logged in"]
    assert "evidence of 1 filled" in story.notes[-1]


def test_a_value_that_nothing_has_is_an_empty_story() -> None:
    story = told(stored(*web()), "nobody")

    assert (story.steps, story.lanes, story.threads, story.notes) == ((), (), (), ())


def test_a_store_that_is_away_is_an_error_of_who_asks() -> None:
    def find(_clauses: object, _limit: int) -> list[Any]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        trace(find, ADDRESS, RULES, Bounds())


def test_a_time_at_the_end_of_the_calendar_has_a_window_all_the_same() -> None:
    late = event(0, "sshd", "late", sourceipaddress=ADDRESS)
    early = dict(late)
    late["utctimestamp"], early["utctimestamp"] = "9999-12-31T23:59:59", "0001-01-01T00:00:01"

    assert len(told(stored(late, early), ADDRESS).steps) == 2


@given(st.randoms(use_true_random=False))
def test_the_story_does_not_depend_on_the_order_that_documents_come_in(
    chance: random.Random,
) -> None:
    sink = stored(*web(), *ssh(3), *web(9, number="c2", sessionid="b" * 16))
    expected = as_object(told(sink, ADDRESS))

    def find(clauses: Any, limit: int) -> list[Any]:
        hits = sink.find(clauses, limit)
        chance.shuffle(hits)
        return hits

    assert expected == as_object(trace(find, ADDRESS, RULES, Bounds()))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FINDING = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(["details.username", "m:0", "process"]) | JSON
        for name in ("field", "value", "link", "from", "hops", "seconds", "candidates", "was")
    },
)
STRANGE = st.fixed_dictionaries(
    {"details": st.fixed_dictionaries({"username": st.just("bob") | JSON}) | JSON},
    optional={
        **dict.fromkeys(("utctimestamp", "summary", "hostname", "processname", "processid"), JSON),
        "correlation": st.fixed_dictionaries(
            {}, optional={kind: st.lists(FINDING) for kind in ("filled", "ambiguous", "hot")}
        )
        | JSON,
    },
)


@given(st.lists(STRANGE, max_size=4))
def test_no_document_of_a_stranger_is_an_error(sources: list[dict[str, Any]]) -> None:
    sink = MemorySink()
    sink.write(
        [Document("events-x", f"m:{n}", orjson.dumps(source)) for n, source in enumerate(sources)]
    )

    for value in ("bob", "m:0"):
        orjson.dumps(as_object(told(sink, value)))


def test_a_rule_that_is_no_more_leaves_what_was_filled_by_it() -> None:
    sink = stored(*web())
    without = replace(RULES, rules={})

    story = trace(sink.find, "m:2", without, Bounds())

    assert summaries(story) == ["connection", "logged in", "ValueError"]
    assert story.threads == ()
