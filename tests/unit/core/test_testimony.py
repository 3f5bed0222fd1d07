from __future__ import annotations

from typing import Any

import pytest

from mqworker.core import testimony
from tests.stories import ADDRESS, RULES, SESSION, event, stored, web

WITNESS = testimony.Witness(RULES)


def read(source: Any) -> testimony.Testimony:
    return WITNESS.read({"_index": "events-x", "_id": "m:0", "_source": source})


def test_what_was_filled_in_is_no_statement_and_no_link() -> None:
    (invalid,) = [hit for hit in stored(*web()).hits() if hit["_id"] == "m:2"]
    assert invalid["_source"]["details"]["sessionid"] == SESSION

    says = WITNESS.read(invalid)

    assert says.stated == {}
    assert [link.rule for link in says.links] == ["connection"]
    assert {name: fill.value for name, fill in says.fills} == {
        "details.sessionid": SESSION,
        "details.sourceipaddress": ADDRESS,
        "details.username": "mallory",
    }


def test_a_link_names_the_fields_that_it_is_made_of_with_its_scope() -> None:
    says = read(event(0, "/usr/sbin/sshd", pid=42, sessionid="12"))

    assert [(link.rule, link.fields) for link in says.links] == [
        ("process", {"hostname": "web1", "processname": "sshd", "processid": "42"}),
        ("session", {"details.sessionid": "12", "hostname": "web1"}),
    ]
    assert says.raw["processname"] == "/usr/sbin/sshd"


def test_a_link_whose_parts_can_not_be_told_apart_is_left_out() -> None:
    assert read(event(0, "shop", connectionid="a\x1fb\x1fc")).links == ()


@pytest.mark.parametrize(
    ("program", "host", "expected"),
    [
        ("sshd", "web1", "sshd@web1"),
        ("/usr/sbin/sshd[42]:", "web1", "sshd@web1"),
        ("UNKNOWN", "web1", "web1"),
        ("sshd", None, "sshd"),
        (None, ["web1"], "unnamed"),
    ],
)
def test_a_lane_is_the_program_and_the_host(program: Any, host: Any, expected: str) -> None:
    assert expected == read(event(0, program) | {"hostname": host}).lane


@pytest.mark.parametrize("details", [None, 5, "text", [{}]])
def test_a_document_without_an_object_as_its_details_is_read(details: Any) -> None:
    correlation = {"filled": [{"field": "details.username", "value": "bob"}]}

    assert read({"details": details, "correlation": correlation}).stated == {}


@pytest.mark.parametrize(
    "entry",
    [
        {"field": "details.username", "value": 5, "link": "process", "from": "a", "hops": 1},
        {"field": "details.username", "value": "x", "link": "process", "from": "a", "hops": "1"},
        {"field": ["details.username"]},
        {},
        "text",
    ],
)
def test_a_finding_that_is_none_is_left_out(entry: Any) -> None:
    if isinstance(entry, dict):
        entry = {"seconds": 1} | entry

    says = read(event(0, "shop", username="x") | {"correlation": {"filled": [entry]}})

    assert says.findings == ()
