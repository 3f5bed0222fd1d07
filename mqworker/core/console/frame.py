"""What is around every page: its head, the way to the others, and what may be done here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mqworker.core.console.elements import field, hidden, note
from mqworker.core.console.view import View
from mqworker.core.markup import safe

TABS: Final = {
    "/": "Overview",
    "/letters": "Dead letters",
    "/trace": "Trace",
    "/search": "Search",
    "/health": "Health",
}

REFRESH_S: Final = 5
"""How often a page that tells of now is fetched again where no script runs."""


def page(view: View, word: str, *, writable: bool) -> Iterator[str]:
    """Give a whole page, piece by piece.

    Args:
        view: what is on it.
        word: of the session, for the form by which people leave; "" for who is not let in.
        writable: whether changes are allowed.
    """
    yield from beginning(view)
    yield from banner(view, word, writable=writable)
    yield f'<main id="main"{" data-live" if view.live else ""}>\n<h1>{safe(view.title)}</h1>\n'
    yield from view.body
    yield "</main>\n</body></html>\n"


def beginning(view: View) -> Iterator[str]:
    """Give a page's head."""
    again = f'<meta http-equiv="refresh" content="{REFRESH_S}">'
    yield (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{safe(view.title)} · mqworker</title>\n"
        '<link rel="icon" href="/icon.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="/console.css">\n'
        '<script src="/console.js" defer></script>\n'
        f"{f'<noscript>{again}</noscript>' if view.live else ''}</head>\n<body>\n"
        '<a class="skip" href="#main">To the contents</a>\n'
    )


def banner(view: View, word: str, *, writable: bool) -> Iterator[str]:
    """Give the bar above a page."""
    yield '<header><span class="brand">mqworker</span>\n'
    if word:
        yield '<nav aria-label="Pages"><ul>\n'
        for path, name in TABS.items():
            here = ' aria-current="page"' if path == view.tab else ""
            yield f'<li><a href="{path}"{here}>{name}</a></li>\n'
        yield '</ul></nav>\n<div class="me">'
        yield f'<span class="mode">{"changes allowed" if writable else "read only"}</span>'
        yield f'<form method="post" action="/leave">{hidden({"word": word})}'
        yield '<button class="plain">Leave</button></form></div>\n'
    yield "</header>\n"


def entrance(reason: str = "") -> View:
    """Return the page for who is not let in, or not any more."""
    return View("A token is needed", "", door(reason), {"error": "a token is needed"}, 401)


def door(reason: str) -> Iterator[str]:
    """Give the form that takes the token."""
    yield note(reason, "bad") if reason else ""
    yield note(
        "mqworker console printed an address with a token in it when it started; or the token is "
        "in the file that console_token_file names."
    )
    yield '<form class="ask" method="post" action="/enter">\n'
    yield field("Token", "token", "", kind="password")
    yield "<button>Enter</button></form>\n"


def trouble(title: str, reason: str, status: int, tab: str = "") -> View:
    """Return a page that says what went wrong."""
    lines = [note(line, "bad") for line in reason.splitlines() or [""]]
    return View(title, tab, lines, {"error": reason}, status)
