"""The console in a real browser: legible, safe with hostile events, used by clicks and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from tests.browser import find_browser
from tests.consoles import ConsoleDaemon
from tests.daemons import Daemon, await_condition
from tests.devtools import Tab, driven
from tests.integration.deadletters import LIMIT_S, TOO_LONG, bury, dead_depth, singles
from tests.integration.events import bad_messages, event, message
from tests.integration.pairs import Embedded, Pair
from tests.pages import ATTACKS, OWNED

pytestmark = pytest.mark.browser

# Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3, AA).
PALE = """(() => {
  const parts = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => { const f = c => (c /= 255) <= 0.04045 ? c / 12.92
    : ((c + 0.055) / 1.055) ** 2.4; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const behind = each => { for (; each; each = each.parentElement) {
    const color = parts(getComputedStyle(each).backgroundColor);
    if (color.length < 4 || color[3] === 1) return color; } return [255, 255, 255]; };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  return [...document.querySelectorAll("body *")]
    .filter(each => !each.closest("svg, .hidden, .skip")
    && [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(each => ratio(light(parts(getComputedStyle(each).color)), light(behind(each))) < 4.5)
    .map(each => each.tagName + "." + each.className + ": " + each.innerText.slice(0, 40));
})()"""


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    with driven(find_browser(tmp_path)) as made:
        made.resize(1280, 900)
        yield made


@pytest.fixture
def hostile(
    embedded: Embedded,
    start_daemon: Callable[..., Daemon],
    start_console: Callable[..., ConsoleDaemon],
) -> ConsoleDaemon:
    """A console where every text of every event and letter is an attack."""
    kept = [text.replace("\ud800", "").replace("\x00", "") for text in ATTACKS]
    details = [
        {"sourceipaddress": "203.0.113.9", "username": t, "sessionid": t, t: t} for t in kept
    ]
    events = [
        {"summary": t, "hostname": t, "processname": t, "details": {**one, **more}, "tags": [t]}
        for t, one in zip(kept, details, strict=True)
        for more in ({}, {"sourceport": t})
    ]
    embedded.publish([message(orjson.dumps(one)) for one in events])
    embedded.publish([*bad_messages(embedded.run, 3)])
    daemon = start_daemon(*embedded.flags, "--brake-ratio", "0")
    await_condition(lambda: sum(embedded.depth()) == 0, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()
    return start_console(*embedded.flags, "--console-writable")


def test_hostile_events_are_text_and_the_browser_complains_of_nothing(
    tab: Tab, hostile: ConsoleDaemon
) -> None:
    tab.go(hostile.address)
    assert "/" == tab.path
    hostile.enter()
    identities = [each["identity"] for each in hostile.ask("GET", "/api/letters").json["list"]]
    hits = hostile.ask("GET", "/api/trace?value=203.0.113.9").json["events"]
    assert hits
    pages = [
        *("/", "/letters", "/trace?value=203.0.113.9", "/search?words=script", "/health", "/job"),
        *(f"/letter?identity={identity}" for identity in identities[:4]),
        *(f"/event?id={each['id']}" for each in hits[:4]),
        *("/letters?reason=%3Cscript%3E&identity=%22%3E%3Csvg", "/trace?value=%3Cscript%3E"),
    ]
    for page in pages:
        tab.go(hostile.url + page)
        assert OWNED not in str(tab.ask("document.title")).replace(" ", "")[:6]
        assert "owned" != tab.ask("document.title")
        assert [] == tab.complaints, page
        scripts = "[...document.querySelectorAll('script, img, iframe')].map(e => e.src)"
        assert [f"{hostile.url}/console.js"] == tab.ask(scripts)
        assert tab.ask("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_legible_at_every_width_in_light_and_in_dark(
    tab: Tab, hostile: ConsoleDaemon, scheme: str
) -> None:
    tab.go(hostile.address)
    hostile.enter()
    identity = hostile.ask("GET", "/api/letters").json["list"][0]["identity"]
    for page in (
        "/",
        "/letters",
        f"/letter?identity={identity}",
        "/search?words=script",
        "/health",
    ):
        for width in (1280, 390):
            tab.resize(width, 844, scheme)
            tab.go(hostile.url + page)
            assert [] == tab.ask(PALE), (page, scheme)
            assert tab.ask("document.documentElement.scrollWidth") <= width, page
            assert len(tab.photograph()) > 10_000


def test_a_page_that_tells_of_now_changes_under_the_eyes_and_keeps_its_place(
    tab: Tab, embedded: Embedded, hostile: ConsoleDaemon
) -> None:
    tab.go(hostile.address)
    tab.ask("document.querySelector('.brand').dataset.kept = 'yes'")
    embedded.publish([*singles(embedded.run, 7)])

    def told() -> bool:
        row = (
            "[...document.querySelectorAll('main tr')].find(e => /^eventtask\\s/.test(e.innerText))"
        )
        return "7" == tab.ask(f"{row}?.querySelector('td').innerText")

    await_condition(told, LIMIT_S, hostile.log)
    assert "yes" == tab.ask("document.querySelector('.brand').dataset.kept")
    assert [] == tab.complaints


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_letters_are_put_back_and_removed_by_clicks(
    pair: Pair,
    tab: Tab,
    start_daemon: Callable[..., Daemon],
    start_console: Callable[..., ConsoleDaemon],
    *,
    scripts: bool,
) -> None:
    bury(
        pair,
        start_daemon,
        [*singles(pair.run, 6), message(orjson.dumps(event(pair.run, 9, **TOO_LONG)))],
    )
    console = start_console(*pair.flags, "--console-writable")
    if not scripts:
        tab.forbid_scripts()
    tab.go(console.url)
    assert "A token is needed" in tab.text
    tab.type("input[name=token]", console.token)
    tab.click("main button", "Enter")
    tab.click("nav a", "Dead letters")
    assert "7 dead letters" in tab.text

    tab.click("main .deeds button", "Replay")
    assert "6 put back" in tab.text
    assert (6, 1) == (pair.depth().ready, dead_depth(pair))

    tab.click("main a", "To the dead letters")
    assert "1 dead letter." in tab.text
    tab.click("table a[href^='/letter?']")
    assert "would be refused again" in tab.text
    tab.click("a.button", "Remove")
    assert "1 letter would be removed for good" in tab.text
    tab.click("button.danger")
    assert "1 removed" in tab.text
    assert 0 == dead_depth(pair)

    tab.click("header button", "Leave")
    assert "A token is needed" in tab.text
    assert not [each for each in tab.complaints if "401" not in each]


def test_the_console_can_be_used_by_the_keyboard(tab: Tab, hostile: ConsoleDaemon) -> None:
    tab.go(hostile.address)
    seen = []
    for _ in range(9):
        tab.press("Tab")
        seen.append(str(tab.ask("document.activeElement.innerText")))
    assert "To the contents" == seen[0]
    assert ["Overview", "Dead letters", "Trace", "Search", "Health", "Leave"] == seen[1:7]

    tab.go(f"{hostile.url}/trace")
    tab.type("input[name=value]", "203.0.113.9")
    with tab.going():
        tab.press("Enter")
    assert "The story of 203.0.113.9" in tab.text
