"""The page of one dead letter: what it died of, the place that was refused, and its bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mqworker.core.autopsy import Wound, as_object, properties_of, spelled, wounds
from mqworker.core.console.elements import address, count, facts, hidden, moment, note, several
from mqworker.core.console.view import Asked, View
from mqworker.core.display import clip
from mqworker.core.json_lines import find, render
from mqworker.core.letter import Letter
from mqworker.core.markup import safe
from mqworker.core.message import Refusal
from mqworker.core.policy import Policy
from mqworker.core.replay import foresee

MOST_BYTES = 64 * 1024
"""Of a body that are shown; all of it can be fetched."""

AROUND = 8
"""Lines of a record that are shown above and below the place that was refused."""

LONGEST = 300
"""Characters of a value in a table."""


class Found(NamedTuple):
    """The letters of one identity, of which queue, and as of which look."""

    queue: str
    identity: str
    letters: Sequence[Letter]
    look: int


def letter(found: Found, policy: Policy, asked: Asked) -> View:
    """Return the page."""
    if not found.letters:
        reason = note("There is no such dead letter, or not any more.", "bad")
        return View("Dead letter", "/letters", [reason], {"error": "no such letter"}, 404)
    objects = [as_object(each, policy) for each in found.letters]
    return View("Dead letter", "/letters", body(found, policy, asked), {"letters": objects})


def body(found: Found, policy: Policy, asked: Asked) -> Iterator[str]:
    """Give the page's contents."""
    for number, each in enumerate(found.letters, 1):
        if len(found.letters) > 1:
            yield f"<h2>Letter {number} of {len(found.letters)} of this message</h2>\n"
        yield from one(each, policy, asked)
    if asked.writable:
        yield from deeds(found, asked)
    for number, each in enumerate(found.letters):
        yield from original(each, found.queue, number)


def one(each: Letter, policy: Policy, asked: Asked) -> Iterator[str]:
    """Give what is known of a letter."""
    for wound in wounds(each, policy):
        yield from refused(wound, one_of_many=len(each.failures) > 1)
    now = foresee(each, policy)
    verdict = "filled" if now.forecast == "passes" else "unclear"
    times = f"{several(each.deaths, 'death')}, {several(each.replays, 'replay')}"
    yield "<h2>The letter</h2>\n"
    yield from facts(
        (
            ("Now", f'<span class="{verdict}">{safe(spelled(now))}</span>'),
            ("Died", moment(each.died, asked.now)),
            ("So far", times),
            ("Identity", f'<span class="code">{safe(each.identity)}</span>'),
        )
    )


def refused(wound: Wound, *, one_of_many: bool) -> Iterator[str]:
    """Give one refusal, and what its place looks like."""
    refusal = wound.refusal
    if one_of_many:
        yield f"<h2>Event {wound.position} of the message</h2>\n"
    yield f'<p class="reason">{safe(refusal.reason)}</p>\n'
    if wound.whole is not None:
        yield from marked(wound)
    yield from facts(about(refusal))


def about(refusal: Refusal) -> Iterator[tuple[str, str]]:
    """Give what a refusal tells beside its reason."""
    told = (
        ("Stage", refusal.stage),
        ("Place", refusal.pointer),
        ("Schema", refusal.schema),
        ("Keyword", refusal.keyword),
        ("Expected", refusal.expected),
        ("Was", refusal.value),
    )
    for name, text in told:
        if text:
            yield name, f'<span class="code">{safe(clip(text, LONGEST))}</span>'


def marked(wound: Wound) -> Iterator[str]:
    """Give the record or event, the refused line marked."""
    lines = list(render(wound.whole))
    spot = find(lines, wound.refusal.pointer)
    first, last = max(0, spot - AROUND), min(len(lines), spot + AROUND + 1)
    yield '<pre class="record" tabindex="0">'
    yield f'<span class="quiet">… {first} lines</span>\n' if first else ""
    for number in range(first, last):
        text = safe(lines[number].text)
        yield f"<mark>{text}</mark>\n" if number == spot else f"{text}\n"
    rest = len(lines) - last
    yield f'<span class="quiet">… {rest} lines</span>\n' if rest else ""
    yield "</pre>\n"


def deeds(found: Found, asked: Asked) -> Iterator[str]:
    """Give what may be done with a letter."""
    meant = {"queue": found.queue, "identity": found.identity}
    yield '<div class="deeds"><form method="post" action="/replay">'
    yield f"{hidden({**meant, 'word': asked.word})}<button>Replay</button></form>\n"
    more = {**meant, "look": str(found.look)}
    yield f'<a class="button" href="{address("/remove", **more)}">Remove …</a></div>\n'


def original(each: Letter, queue: str, number: int) -> Iterator[str]:
    """Give the bytes as they were sent, and the headers."""
    delivery = each.delivery
    shown = delivery.body[:MOST_BYTES]
    encoding = delivery.properties.content_encoding
    told = f"{count(len(delivery.body))} bytes" + (f", {encoding}" if encoding else "")
    whole = address("/body", queue=queue, identity=each.identity, number=str(number))
    yield f'<h2>As it was sent</h2>\n<p>{safe(told)} · <a href="{whole}">fetch the bytes</a></p>\n'
    yield '<pre class="record" tabindex="0">'
    for line in shown.decode("utf-8", "backslashreplace").split("\n"):
        yield f"{safe(line)}\n"
    yield "</pre>\n"
    if len(delivery.body) > len(shown):
        yield note(f"The first {count(len(shown))} bytes are shown.")
    yield "<h2>Properties and headers</h2>\n"
    yield from facts(listed(properties_of(each)))


def listed(properties: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give properties, then headers."""
    headers = properties.pop("headers")
    for name, value in [*properties.items(), *sorted(headers.items(), key=str)]:
        yield (
            clip(str(name), LONGEST),
            f'<span class="code">{safe(clip(str(value), LONGEST))}</span>',
        )
