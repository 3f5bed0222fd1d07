"""What a page consists of, as a browser would read it; and events and letters to put on one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from mqworker.core.console.view import Asked
from mqworker.core.deadletter import Grave, dead_letter
from mqworker.core.letter import Letter, read_letter
from mqworker.core.message import Delivery, Failure, PlainProperties, Prepared, Refusal, Tag

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

OWNED = "document.title='owned'"
ATTACKS = (
    f"<script>{OWNED}</script>",
    f"</title></svg></style></textarea></pre><script>{OWNED}</script>",
    f"<img src=x onerror={OWNED}>",
    f'"><svg onload={OWNED}>',
    f"' onmouseover='{OWNED}' autofocus onfocus='{OWNED}",
    f"javascript:{OWNED}",
    "\x00\u202e\ufeff]]>&lt;script&gt;\r\nSet-Cookie: a=b",
    "\ud800 alone",
)

ALLOWED = {
    *("html", "head", "meta", "title", "link", "script", "noscript", "body", "header", "main"),
    *(
        "a",
        "nav",
        "ul",
        "ol",
        "li",
        "div",
        "span",
        "h1",
        "h2",
        "p",
        "pre",
        "mark",
        "strong",
        "time",
    ),
    *("table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "form", "label", "input"),
    *("select", "option", "button", "progress", "svg", "g", "path", "line", "circle", "text"),
    *("defs", "marker", "polyline", "polygon"),
}


class Page(HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self, html: str | Iterable[str]) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.feed(html if isinstance(html, str) else "".join(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def values(self, name: str) -> list[str]:
        """Return the values of all attributes of a name."""
        return [value for _, each, value in self.attributes if each == name]

    def fields(self) -> dict[str, str]:
        """Return the hidden fields of the forms."""
        found: dict[str, str] = {}
        name = ""
        for tag, each, value in self.attributes:
            if tag == "input" and each == "name":
                name = value
            elif tag == "input" and each == "value":
                found[name] = value
        return found

    def is_harmless(self) -> bool:
        """Tell whether there is nothing in it but what our pages are made of."""
        assert set(self.tags) <= ALLOWED, set(self.tags) - ALLOWED
        names = {name for _, name, _ in self.attributes}
        assert not [name for name in names if name.startswith("on") or name == "style"]
        led = self.values("href") + self.values("src") + self.values("action")
        assert not [each for each in led if each[0] not in "/#" or each.startswith("//")], led
        assert {"/console.js"} >= set(self.values("src"))
        return True


def asked(**fields: str) -> Asked:
    """Return what somebody asks who may change something."""
    return Asked(fields, "word", NOW, writable=True)


def letter(
    body: bytes = b"{}",
    refusal: Refusal | None = None,
    identity: str = "m",
    died: datetime = NOW,
    **properties: Any,
) -> Letter:
    """Return a dead letter."""
    refused = refusal or Refusal("validate", "bad", "/details/ip", "format", schema="event")
    sent = Delivery(Tag(0, 1), body, PlainProperties(**properties), died, False, "x", "k")
    prepared = Prepared(sent, identity, several=False)
    made = dead_letter(prepared, [Failure(0, refused)], Grave("eventtask"), died)
    return read_letter(Delivery(Tag(9, 9), made.body, made.properties, died))
