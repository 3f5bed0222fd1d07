from __future__ import annotations

import pytest

from mqworker.core.console.health import Health, health
from mqworker.core.finding import Finding
from tests.pages import ATTACKS, NOW, Page, asked

GOOD = Finding("broker", "login", "good", "RabbitMQ 4.1", "not shown")
BAD = Finding("sink", "sink", "bad", "no answer", "start it", loses=True, passing=True)


def test_findings_are_told_with_their_cures_and_what_would_lose_data() -> None:
    view = health(Health([GOOD, BAD], NOW), asked())
    text = Page(view.body).text

    assert "1 good, 1 bad; 1 of them would lose data." in text
    assert "start it" in text
    assert "not shown" not in text
    assert (69, 2) == (view.facts["status"], len(view.facts["findings"]))


def test_when_all_is_good_that_is_said() -> None:
    assert "1 good." in Page(health(Health([GOOD], NOW), asked()).body).text


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_findings_are_text(text: str) -> None:
    found = [Finding(text, text, "bad", text, text)]

    assert Page(health(Health(found, NOW), asked()).body).is_harmless()
