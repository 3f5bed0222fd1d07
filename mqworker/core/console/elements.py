"""The small parts that the console's pages are made of.

Each takes texts as they are, escapes them, and gives HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from mqworker.core.display import clip
from mqworker.core.markup import safe
from mqworker.core.phrases import DAY, HOUR, MINUTE

NOTHING: Final = "\N{EN DASH}"
"""Stands for what is not known, or not there."""

LONGEST_WORD: Final = 32
"""Characters of a name in a cell."""

Row = tuple[str, str]
"""A name as a text, and a value as HTML."""


def count(number: int | None) -> str:
    """Return a number for people, a dash where it is not known.

    >>> count(34212)
    '34,212'
    """
    return NOTHING if number is None else f"{number:,}"


def word(text: str | None) -> str:
    """Return what should be one of a few words, or a name, in a cell."""
    return safe(clip(text, LONGEST_WORD)) if text else NOTHING


def several(number: int, one: str, more: str = "") -> str:
    """Return a number with its noun.

    >>> several(1, "letter"), several(2, "letter")
    ('1 letter', '2 letters')
    """
    return f"{count(number)} {one if number == 1 else more or one + 's'}"


def lasting(seconds: float) -> str:
    """Return a duration in its largest unit.

    >>> lasting(5), lasting(7300)
    ('5 s', '2 h')
    """
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= 2 * unit or (seconds >= unit and name == "d"):
            return f"{seconds // unit:.0f} {name}"
    return f"{max(0.0, seconds):.0f} s"


def moment(when: datetime | None, now: datetime | None = None) -> str:
    """Return a time, and on request how long it is ago."""
    if when is None:
        return '<span class="quiet">unknown</span>'
    ago = ""
    if now is not None:
        ago = f'<span class="quiet">, {lasting((now - when).total_seconds())} ago</span>'
    return f'<time datetime="{when.isoformat()}">{when:%Y-%m-%d %H:%M:%S}</time>{ago}'


def url(path: str, **query: str) -> str:
    """Return where a page is; what is empty is left out."""
    asked = urlencode(
        {name: value for name, value in query.items() if value}, errors="backslashreplace"
    )
    return f"{path}?{asked}" if asked else path


def address(path: str, **query: str) -> str:
    """Return where a page is, ready for an attribute; it is percent-encoded, so never clipped."""
    return url(path, **query).replace("&", "&amp;")


def link(text: str, path: str, **query: str) -> str:
    """Return a link to one of our pages."""
    return f'<a href="{address(path, **query)}">{safe(text)}</a>'


def facts(rows: Iterable[Row]) -> Iterator[str]:
    """Give names and values, one beside the other."""
    yield '<dl class="facts">\n'
    for name, value in rows:
        yield f"<div><dt>{safe(name)}</dt><dd>{value}</dd></div>\n"
    yield "</dl>\n"


def head(*titles: str) -> str:
    """Return the head of a table; a title that begins with # is of a column of numbers."""
    cells = "".join(
        f'<th scope="col" class="figure">{safe(title[1:])}</th>'
        if title.startswith("#")
        else f'<th scope="col">{safe(title)}</th>'
        for title in titles
    )
    return f'<div class="wide"><table class="list"><thead><tr>{cells}</tr></thead><tbody>\n'


FOOT = "</tbody></table></div>\n"


def hidden(fields: Mapping[str, str]) -> str:
    """Return fields of a form that nobody sees; what is empty is left out."""
    return "".join(
        f'<input type="hidden" name="{safe(name)}" value="{whole(value)}">'
        for name, value in fields.items()
        if value
    )


def whole(text: str) -> str:
    """Return a text for an attribute that comes back to us: escaped, and nothing else done to it.

    What no form can carry (lone surrogates, NUL) is left out.
    """
    kept = text.encode("utf-8", "ignore").decode().replace("\0", "")
    kept = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return kept.replace('"', "&quot;").replace("\r", "&#13;").replace("\n", "&#10;")


def field(
    label: str, name: str, value: str, *, hint: str = "", kind: str = "text", size: int = 22
) -> str:
    """Return a field with its label; `size` in characters."""
    placeholder = f' placeholder="{safe(hint)}"' if hint else ""
    return (
        f'<label>{safe(label)} <input type="{kind}" name="{safe(name)}" value="{whole(value)}"'
        f'{placeholder} size="{size}" autocomplete="off" spellcheck="false"></label>\n'
    )


def choice(label: str, name: str, value: str, options: Mapping[str, str]) -> str:
    """Return a choice with its label; `options` are words by value."""
    given = options if value in options else {**options, value: value}
    listed = "".join(
        f'<option value="{whole(key)}"{" selected" if key == value else ""}>{safe(words)}</option>'
        for key, words in given.items()
    )
    return f'<label>{safe(label)} <select name="{safe(name)}">{listed}</select></label>\n'


def meter(share: float, words: str) -> str:
    """Return how much of something is taken, or done: drawn, and in words."""
    return (
        f'<p class="meter"><progress max="1" value="{min(1.0, share):.4f}" '
        f'aria-label="{safe(words)}"></progress> {safe(words)}</p>\n'
    )


def note(text: str, kind: str = "note") -> str:
    """Return a sentence that stands by itself; `kind` is note, good or bad."""
    return f'<p class="{kind}">{safe(text)}</p>\n'
