from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.markup import LONGEST, safe


class Reader(HTMLParser):
    """Collects what is no text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[object] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append((tag, attrs))

    def handle_comment(self, data: str) -> None:
        self.found.append(data)


def test_what_could_be_markup_is_escaped_between_quotes_too() -> None:
    assert safe("<b title='x' \"&\x1b") == "&lt;b title=&#x27;x&#x27; &quot;&amp;\\x1b"


def test_a_long_text_is_clipped() -> None:
    assert len(safe("x" * 10_000)) == LONGEST + 1


@given(st.text())
def test_no_text_becomes_an_element_or_ends_an_attribute(text: str) -> None:
    reader = Reader()

    reader.feed(f'<p title="{safe(text)}">{safe(text)}')

    assert [tag for tag, _ in reader.found] == ["p"]  # type: ignore[misc]
    assert safe(text).isprintable()
