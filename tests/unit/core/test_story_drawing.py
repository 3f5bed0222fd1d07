from __future__ import annotations

from xml.etree import ElementTree as ET

from mqworker.core.story_drawing import draw, tints
from mqworker.core.story_layout import lay_out
from tests.stories import ADDRESS, Fields, event, ssh, stored, told, web


def drawn(*events: Fields) -> ET.Element:
    story = told(stored(*events), ADDRESS)
    return ET.fromstring("".join(draw(story, lay_out(story))))  # noqa: S314 - our own text


def classes(drawing: ET.Element, name: str) -> list[str]:
    found = (element.get("class", "") for element in drawing.iter())
    return [each for each in found if name in each.split()]


def test_there_is_a_mark_for_each_event_and_a_line_for_each_program() -> None:
    drawing = drawn(*web())

    assert len(classes(drawing, "mark")) == 3
    assert len(classes(drawing, "thread")) == 3


def test_there_is_an_arrow_from_each_event_of_evidence_to_what_was_filled_from_it() -> None:
    titles = [
        element.findtext("title")
        for element in drawn(*web()).iter("path")
        if "arrow" in element.get("class", "")
    ]

    assert titles == [
        "2 → 1, connection, 1.5 s later",
        "1 → 2, connection, 1.5 s earlier",
        "1 → 3, connection, 1 min 10 s earlier",
        "2 → 3, connection, 1 min 8 s earlier",
    ]


def test_a_mark_shows_whether_something_was_filled_in_or_left_open() -> None:
    events = [*ssh(), event(1.5, "sshd", username="root", pid=42, sourceipaddress=ADDRESS)]

    assert classes(drawn(*events), "mark") == [
        "mark is-open",
        "mark was-filled",
        "mark is-told",
        "mark is-open",
    ]


def test_evidence_more_than_one_link_away_is_dashed() -> None:
    chain = [
        event(0, "haproxy", connectionid="c1", sourceipaddress=ADDRESS),
        event(1, "shop-login", connectionid="c1", sessionid="s" * 16),
        event(2, "shop", sessionid="s" * 16, host="web2"),
    ]

    assert len(classes(drawn(*chain), "far")) == 1


def test_each_kind_of_link_has_a_color() -> None:
    story = told(stored(*web(), *ssh()), ADDRESS)

    assert tints(story) == {"connection": 0, "process": 1}


def test_a_hostile_event_stays_text() -> None:
    hostile = "</title><script>alert(1)</script>"

    drawing = drawn(event(0, hostile, hostile, sourceipaddress=ADDRESS, username=hostile))

    assert not [element for element in drawing.iter() if element.tag.endswith("script")]
    assert hostile in "".join(drawing.itertext())
