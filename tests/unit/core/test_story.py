from __future__ import annotations

from mqworker.core.story import as_object
from tests.stories import ADDRESS, SESSION, composed, event, ids, ssh, stored, told, web


def test_events_are_told_in_the_order_of_time_and_then_of_their_place_in_a_message() -> None:
    names = ["m:10", "m:9", "m", "m:1", "a:2"]
    source = event(0, "shop")

    story = composed("x", [{"_index": "i", "_id": name, "_source": source} for name in names])

    assert ids(story) == ["a:2", "m", "m:1", "m:9", "m:10"]


def test_what_was_filled_in_names_the_event_that_it_came_from() -> None:
    connection, login, invalid = told(stored(*web()), ADDRESS).steps

    assert connection.sources == {"details.sessionid": 2, "details.username": 2}
    assert login.sources == {"details.sourceipaddress": 1}
    assert invalid.sources == {
        "details.sourceipaddress": 1,
        "details.sessionid": 2,
        "details.username": 2,
    }


def test_lanes_and_links_come_in_the_order_of_their_first_event() -> None:
    story = told(stored(*ssh(5), *web()), ADDRESS)

    assert story.lanes == ("haproxy@web1", "shop-login@web1", "sshd@web1", "shop@web1")
    assert [(thread.link.rule, thread.steps) for thread in story.threads] == [
        ("connection", (1, 2, 6)),
        ("process", (3, 4, 5)),
    ]
    assert story.threads[1].link.fields == {
        "hostname": "web1",
        "processname": "sshd",
        "processid": "42",
    }


def test_events_that_have_the_value_are_told_apart_from_those_that_belong_to_it() -> None:
    story = told(stored(*web()), "m:1")

    assert [step.own for step in story.steps] == [False, True, False]


def test_for_machines_there_are_value_events_and_links() -> None:
    told_to_machines = as_object(told(stored(*web()), SESSION))

    assert list(told_to_machines) == ["value", "events", "links"]
    assert told_to_machines["value"] == SESSION
    assert told_to_machines["events"][1] == {
        "id": "m:1",
        "index": "events-20261123",
        "time": "2026-11-23T12:00:01.500000+00:00",
        "lane": "shop-login@web1",
        "summary": "logged in",
        "stated": {"details.sessionid": SESSION, "details.username": "mallory"},
        "filled": [
            {
                "field": "details.sourceipaddress",
                "value": ADDRESS,
                "link": "connection",
                "from": "m:0",
                "hops": 1,
                "seconds": -1.5,
            }
        ],
        "ambiguous": [],
        "hot": [],
    }
    assert told_to_machines["links"] == [
        {
            "link": "connection",
            "fields": {"details.connectionid": "c1", "hostname": "web1"},
            "events": ["m:0", "m:1", "m:2"],
        }
    ]


def test_machines_get_the_same_entries_as_the_documents_hold() -> None:
    other = event(1.5, "sshd", "Invalid user", username="root", pid=42)
    sink = stored(*web(), *ssh(), other)
    events = as_object(told(sink, ADDRESS))["events"]

    for hit in sink.hits():
        (found,) = [one for one in events if one["id"] == hit["_id"]]
        stated = hit["_source"].get("correlation", {})
        kinds = ("filled", "ambiguous", "hot")
        assert {kind: found[kind] for kind in kinds} == {
            kind: stated.get(kind, []) for kind in kinds
        }
