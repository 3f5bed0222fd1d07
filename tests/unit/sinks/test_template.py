from fnmatch import fnmatchcase

import pytest

from mqworker.core.naming import Naming, daily_name
from mqworker.sinks.template import VERSION, index_template, mappings, patterns


@pytest.mark.parametrize("name", [daily_name("events", 739_000), Naming("events").out_of_range])
def test_the_template_is_for_every_index_that_the_worker_writes_to(name: str) -> None:
    assert any(fnmatchcase(name, pattern) for pattern in patterns("events"))


@pytest.mark.parametrize("name", ["events", "events-weekly", "events-previous", "my-events-2026"])
def test_the_template_leaves_indices_of_other_names_alone(name: str) -> None:
    assert not any(fnmatchcase(name, pattern) for pattern in patterns("events"))


def test_the_template_and_each_index_made_by_it_carry_the_version() -> None:
    template = index_template("events")

    assert template["version"] == VERSION
    assert template["template"]["mappings"]["_meta"]["version"] == VERSION


def test_every_field_of_the_canonical_event_has_a_mapping_of_its_own() -> None:
    fields = mappings()["properties"]

    assert {
        "category",
        "details.destinationipaddress",
        "details.destinationport",
        "details.sourceipaddress",
        "details.sourceport",
        "details.sessionid",
        "details.success",
        "details.username",
        "eventsource",
        "facility",
        "hostname",
        "mozdefhostname",
        "processid",
        "processname",
        "receivedtimestamp",
        "severity",
        "source",
        "summary",
        "tags",
        "timestamp",
        "type",
        "utctimestamp",
    } <= fields.keys()


def test_another_prefix_makes_a_template_that_shares_nothing_with_the_first() -> None:
    template = index_template("audit")

    assert template["index_patterns"] == ["audit-2*", "audit-out-of-range"]
    assert template["template"]["aliases"] == {"audit": {}}
    assert template["composed_of"] == ["mqworker-audit@custom"]
