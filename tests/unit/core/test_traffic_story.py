from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from textwrap import indent

import orjson
import pytest

from mqworker.config.extractors import load_extractors
from mqworker.config.schemafiles import load_schemas
from mqworker.core.explain import explain
from mqworker.core.explain_correlation import hit_of, relate
from mqworker.core.extract import Extraction
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.policy import Policy
from mqworker.core.story import Step, Story
from mqworker.core.storytelling import tell
from mqworker.core.traffic_scenes import HOSTS, PEOPLE, STRANGERS
from mqworker.core.traffic_story import Tale, ssh_tale, tales, web_tale
from tests.stories import NOON, RULES, composed

POLICY = Policy(load_schemas(), extraction=Extraction(load_extractors()))
IDENTITY = {"details.sourceipaddress", "details.sessionid", "details.username"}


def lived(tale: Tale) -> Story:
    """Return the story that a worker makes of a tale."""
    body = b"[" + b",".join(tale.bodies) + b"]"
    delivery = Delivery(Tag(0, 0), body, PlainProperties(message_id="m"), NOON)
    related = relate(list(explain(delivery, POLICY)), RULES)
    stored = [one.explained.document for one in related if one.explained.document]
    return composed(tale.value, [hit_of(document) for document in stored])


def test_the_manual_shows_the_story_as_it_is_told() -> None:
    nine = NOON.replace(hour=9)
    manual = (Path(__file__).parents[3] / "docs" / "trace.rst").read_text()

    shown = indent("\n".join(tell(lived(web_tale(nine)))), "    ")

    assert shown in manual


def known(step: Step) -> set[str]:
    return {*step.says.stated, *(name for name, _ in step.says.fills)}


def test_of_the_web_applications_events_each_states_a_part_and_all_become_whole() -> None:
    connection, login, invalid = lived(web_tale(NOON)).steps

    assert set(connection.says.stated) == {"details.sourceipaddress"}
    assert set(login.says.stated) == {"details.sessionid", "details.username"}
    assert set(invalid.says.stated) == set()
    assert all(IDENTITY == known(step) for step in (connection, login, invalid))


def test_sshds_lines_without_an_address_get_that_of_their_connection() -> None:
    story = lived(ssh_tale(NOON))

    (line,) = [s for s in story.steps if s.says.summary.strip().startswith("input_userauth")]
    assert dict(line.says.stated) == {"details.username": "admin"}
    assert IDENTITY - {"details.sessionid"} == known(line)
    assert all(IDENTITY - {"details.sessionid"} <= known(step) for step in story.steps)


@pytest.mark.parametrize("tale", tales(NOON), ids=["web", "ssh"])
def test_every_event_of_a_tale_is_found_by_its_value(tale: Tale) -> None:
    assert len(tale.bodies) == sum(step.own for step in lived(tale).steps)


@pytest.mark.parametrize("tale", tales(NOON), ids=["web", "ssh"])
def test_a_tale_shares_no_address_and_no_person_with_the_rest_of_the_traffic(tale: Tale) -> None:
    others = {*STRANGERS, *(person.address for person in PEOPLE)}

    assert tale.value not in others
    assert not any(person.name.encode() in body for person in PEOPLE for body in tale.bodies)
    assert any(host.encode() in tale.bodies[0] for host in HOSTS)


def test_a_tale_begins_when_it_is_told_to() -> None:
    later = NOON + timedelta(days=1)

    assert orjson.loads(ssh_tale(later).bodies[0])["timestamp"] == later.isoformat()
