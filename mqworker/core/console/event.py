"""The pages of stored events: one with all that it holds, and those that hold some words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mqworker.core.clause import Hit, time_of
from mqworker.core.console.elements import (
    FOOT,
    facts,
    field,
    head,
    link,
    moment,
    note,
    several,
    word,
)
from mqworker.core.console.view import Asked, View
from mqworker.core.display import clip
from mqworker.core.markup import safe

TRACED = ("details.sourceipaddress", "details.sessionid", "details.username")
"""Fields whose values lead to a story."""

FIRST = ("utctimestamp", "category", "severity", "hostname", "processname", "summary")
"""Fields that are told first."""

USUAL, MOST = 50, 500
"""Hits that are listed."""

LONGEST, SUMMARY = 2000, 160
"""Characters of a value, and of a summary in a list."""

MOST_FIELDS = 2000


def event(hit: Hit | None, identity: str) -> View:
    """Return the page of an event; None when there is none of this identity."""
    if hit is None:
        reason = note("There is no such event.", "bad")
        return View("Event", "/search", [reason], {"error": "no such event"}, 404)
    return View("Event", "/search", event_body(hit, identity), hit)


def event_body(hit: Hit, identity: str) -> Iterator[str]:
    """Give an event's contents."""
    source: Mapping[str, Any] = hit["_source"]
    yield f'<p class="reason">{safe(str(source.get("summary", "")))}</p>\n'
    yield f'<p class="place">{safe(hit["_index"])}/{safe(identity)} · '
    yield f"{link('the story of this event', '/trace', value=identity)}</p>\n"
    told = dict(list(flat(source))[:MOST_FIELDS])
    filled = filled_in(source)
    rows = [name for name in FIRST if name in told]
    rows += sorted(
        name for name in told if name not in FIRST and name.split(".")[0] != "correlation"
    )
    yield from facts((name, value_of(name, told[name], filled)) for name in rows)
    yield from correlation(source)


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Give the single values of an event by their dotted names; of an array the whole.

    A loop, because a document may be nested more deeply than Python may recurse.
    """
    pending = [(name, value)]
    while pending:
        name, value = pending.pop()
        if isinstance(value, Mapping) and value:
            inner = [(f"{name}.{key}" if name else str(key), value[key]) for key in value]
            pending.extend(reversed(inner))
        else:
            yield name, value


def filled_in(source: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what correlation filled in, by field."""
    told = source.get("correlation")
    entries = told.get("filled") if isinstance(told, Mapping) else None
    found = entries if isinstance(entries, list) else []
    return {str(each.get("field")): each for each in found if isinstance(each, Mapping)}


def value_of(name: str, value: Any, filled: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a value, where it leads, and where it comes from."""
    text = clip(value if isinstance(value, str) else repr_of(value), LONGEST)
    shown = link(text, "/trace", value=text) if name in TRACED and text else safe(text)
    if name not in filled:
        return shown
    evidence, rule = str(filled[name].get("from", "")), str(filled[name].get("link", ""))
    origin = link(clip(evidence, SUMMARY), "/trace", value=evidence)
    return f'{shown} <span class="filled">filled in over {safe(rule)} from {origin}</span>'


def repr_of(value: Any) -> str:
    """Return a value that is no text; of an array its elements."""
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def correlation(source: Mapping[str, Any]) -> Iterator[str]:
    """Give what correlation left open."""
    told = source.get("correlation")
    if not isinstance(told, Mapping):
        return
    rest = {name: value for name, value in flat(told) if name != "filled"}
    if rest:
        yield "<h2>Correlation</h2>\n"
        yield from facts(
            (name, safe(clip(repr_of(value), LONGEST))) for name, value in rest.items()
        )


def search(hits: Sequence[Hit] | None, asked: Asked) -> View:
    """Return the page of a search; without hits, None, the form alone."""
    return View("Search", "/search", search_body(hits, asked), None if hits is None else list(hits))


def search_body(hits: Sequence[Hit] | None, asked: Asked) -> Iterator[str]:
    """Give the form, and what was found."""
    yield '<form class="filters" method="get" action="/search" role="search">\n'
    yield field("Words", "words", asked.fields.get("words", ""), hint="alice web1", size=36)
    yield field("At most", "limit", asked.get("limit"), hint=str(USUAL), size=6)
    yield "<button>Search</button></form>\n"
    if hits is None:
        yield note("Stored events that hold all of these words, the newest first.")
    elif not hits:
        yield note("Nothing found.")
    else:
        yield note(f"{several(len(hits), 'event')}, the newest first.")
        yield head("Time (UTC)", "Severity", "Category", "Host", "Summary")
        yield from map(hit_row, hits)
        yield FOOT


def hit_row(hit: Hit) -> str:
    """Return a found event as a row."""
    source = hit["_source"]
    names = ("severity", "category", "hostname")
    cells = "".join(f'<td class="fits">{word(str(source.get(name) or ""))}</td>' for name in names)
    summary = clip(str(source.get("summary") or "no summary").strip(), SUMMARY)
    led = link(summary, "/event", index=hit["_index"], id=hit["_id"])
    when = moment(time_of(source))
    return f'<tr><td class="fits">{when}</td>{cells}<td class="long">{led}</td></tr>\n'
