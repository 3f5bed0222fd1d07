"""What may be asked for, and by which method."""

from __future__ import annotations

from typing import Final, NamedTuple

READ: Final = ("GET", "HEAD")
WRITE: Final = ("POST",)
API: Final = "/api/"


class Route(NamedTuple):
    """What a path stands for.

    name: of the page. methods: those it takes.
    is_open: anyone may have it: it tells nothing.
    changes: its POST puts letters back, or removes some.
    as_json: its facts are asked for, not its page.
    """

    name: str
    methods: tuple[str, ...] = READ
    is_open: bool = False
    changes: bool = False
    as_json: bool = False


PAGES: Final = ("overview", "letters", "letter", "job", "trace", "event", "search", "health")
"""Each is a page, and facts below /api/."""

STATIC: Final = {
    "/console.css": "text/css; charset=utf-8",
    "/console.js": "text/javascript; charset=utf-8",
    "/icon.svg": "image/svg+xml",
}

ROUTES: Final = {
    "/": Route("overview"),
    **{f"/{name}": Route(name) for name in PAGES[1:]},
    **{f"{API}{name}": Route(name, as_json=True) for name in PAGES},
    "/body": Route("body"),
    "/replay": Route("replay", WRITE, changes=True),
    "/remove": Route("remove", READ + WRITE, changes=True),
    "/stop": Route("stop", WRITE, changes=True),
    "/enter": Route("enter", WRITE, is_open=True),
    "/leave": Route("leave", WRITE),
    **{path: Route(path, is_open=True) for path in STATIC},
}


def route_of(path: str) -> Route | None:
    """Return what a path stands for: exactly that path, nothing is resolved or guessed."""
    return ROUTES.get(path)
