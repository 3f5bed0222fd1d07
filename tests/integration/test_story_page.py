"""A story's page in a real browser: what it draws, what it complains of, what it lets happen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from mqworker.core.story import Story
from mqworker.core.story_page import page
from tests.browser import Browser, find_browser
from tests.stories import ADDRESS, Fields, event, ssh, stored, told, web

pytestmark = pytest.mark.browser

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
OWNED = "document.title='owned'"
ATTACKS = (
    f"<script>{OWNED}</script>",
    f"</title></svg></style><script>{OWNED}</script>",
    f"<img src=x onerror={OWNED}>",
    f'"><svg onload={OWNED}>',
    f"' onmouseover='{OWNED}' autofocus onfocus='{OWNED}",
    f"--></textarea><iframe srcdoc='<script>parent.{OWNED}</script>'>",
    f"javascript:{OWNED}",
    "\x00\u202e\ufeff]]>&lt;script&gt;",
)

# How far the middle of a mark is from that of its row, and how many were compared.
MEASURE = """<script>
const middle = box => box.top + box.height / 2;
const marks = [...document.querySelectorAll(".drawing a.mark circle:not(.halo)")];
const rows = [...document.querySelectorAll("li.step")];
const off = marks.map((mark, at) =>
  Math.abs(middle(mark.getBoundingClientRect()) - middle(rows[at].getBoundingClientRect())));
document.title = `${rows.length} rows, ${Math.round(Math.max(...off))} px off`;
</script>"""


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return find_browser(tmp_path)


def written(tmp_path: Path, story: Story, *, policy: bool = True, more: str = "") -> Path:
    text = "".join(page(story)) + more
    path = tmp_path / "story.html"
    path.write_text(text if policy else POLICY.sub("", text), "utf-8", "backslashreplace")
    return path


def attacked() -> list[Fields]:
    """Return an activity in which every text of every event is an attack."""
    return [
        fields
        for number, text in enumerate(ATTACKS)
        for fields in (
            event(number, text, text, sourceipaddress=ADDRESS, connectionid=text, host=text),
            event(number + 0.5, text, text, username=text, connectionid=text, host=text),
        )
    ]


def many(count: int) -> list[Fields]:
    several = [(*web(n * 90, number=f"c{n}"), *ssh(n * 90 + 2, pid=n + 2)) for n in range(count)]
    return [fields for each in several for fields in each][:count]


def drawing(dom: str) -> str:
    (found,) = re.findall(r'<svg class="drawing".*?</svg>', dom, re.DOTALL)
    return str(found)


def count(text: str, name: str) -> int:
    classes = re.findall(r'class="([^"]*)"', text)
    return sum(name in each.split() for each in classes)


def arrows(story: Story) -> int:
    return sum(
        len({(step.sources[name], fill.link) for name, fill in step.says.fills})
        for step in story.steps
    )


@pytest.mark.parametrize("events", [web(), ssh(), many(500)], ids=["web", "ssh", "500"])
def test_a_browser_draws_every_event_and_fill_and_complains_of_nothing(
    browser: Browser, tmp_path: Path, events: list[Fields]
) -> None:
    story = told(stored(*events), ADDRESS)

    dom, complaints = browser.dump(written(tmp_path, story))

    assert [] == complaints
    assert len(events) == len(story.steps) == count(drawing(dom), "mark")
    assert arrows(story) == count(drawing(dom), "arrow") > 0
    assert len(story.lanes) == count(drawing(dom), "thread")
    assert len(events) == len(re.findall(r'<tr id="event', dom))


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "without"])
def test_hostile_events_are_text_even_without_the_policy(
    browser: Browser, tmp_path: Path, *, policy: bool
) -> None:
    story = told(stored(*attacked()), ADDRESS)

    dom, complaints = browser.dump(written(tmp_path, story, policy=policy))

    assert [] == complaints
    assert f"<title>{ADDRESS}</title>" in dom
    assert {"script", "img", "iframe", "textarea"}.isdisjoint(elements(dom))
    assert not [name for name in attributes(dom) if name.startswith("on")]
    assert len(story.steps) == count(drawing(dom), "mark") == 2 * len(ATTACKS)


def elements(dom: str) -> set[str]:
    return set(re.findall(r"<([a-z]+)", dom))


def attributes(dom: str) -> Iterable[str]:
    for tag in re.findall(r"<[a-z]+((?:\s+[\w-]+(?:=\"[^\"]*\")?)*)\s*/?>", dom):
        yield from re.findall(r"([\w-]+)(?:=\"[^\"]*\")?", re.sub(r'"[^"]*"', '""', tag))


def test_the_policy_stops_a_script_and_the_browser_says_so(
    browser: Browser, tmp_path: Path
) -> None:
    story = told(stored(*web()), ADDRESS)

    dom, complaints = browser.dump(written(tmp_path, story, more=f"<script>{OWNED}</script>"))

    assert f"<title>{ADDRESS}</title>" in dom
    assert any("Content Security Policy" in line for line in complaints)


def test_each_mark_stands_beside_its_row_down_to_the_last_of_500(
    browser: Browser, tmp_path: Path
) -> None:
    path = written(tmp_path, told(stored(*many(500)), ADDRESS), policy=False, more=MEASURE)

    dom, _ = browser.dump(path)

    (title,) = re.findall(r"<title>(.*?)</title>", dom)[:1]
    assert title in ("500 rows, 0 px off", "500 rows, 1 px off")


def test_there_is_something_to_see(browser: Browser, tmp_path: Path) -> None:
    empty = browser.photograph(written(tmp_path, told(stored(), ADDRESS)), 1280, 900)
    drawn = browser.photograph(written(tmp_path, told(stored(*web()), ADDRESS)), 1280, 900)

    assert len(drawn) > 3 * len(empty)
