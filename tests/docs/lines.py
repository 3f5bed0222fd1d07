"""The command lines of the documentation.

A block after `::` holds command lines: one on each line, or on several that end with a backslash
or within quotation marks; what follows ` # ` is a comment. Where lines begin with `$`, the lines
between them are what the command prints. Whatever is no command line is in a `code-block` with its
language. Command lines of ours are looked for in texts and in other blocks, too.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
WRITTEN_BY_CODE = {"commands.rst", "configuration.rst", "schemas.rst"}
BLOCK = re.compile(
    r"^(?P<indent> *)(?:\.\. code-block:: (?P<language>\w+)|(?!\.\.).*::)\n", re.MULTILINE
)
INLINE = re.compile(r"(?<![\w`])``([^`]+)``")
OURS = re.compile(r"^(?:[\d* ]+ )?(mqworker [a-z].*)", re.MULTILINE)


class Line(NamedTuple):
    """A command line: its page and line there, and what it prints if that is said.

    loose: it is part of a text, or of a block of another kind.
    """

    page: str
    number: int
    text: str
    output: str = ""
    loose: bool = False

    @property
    def place(self) -> str:
        return f"{self.page}:{self.number}"


class Block(NamedTuple):
    """A block of code: the number of its first line, its language if one is named, its text."""

    number: int
    language: str | None
    text: str


def pages() -> list[Path]:
    """Return all pages that people write, and that may hold command lines."""
    own = [each for each in (ROOT / "docs").glob("*.rst") if each.name not in WRITTEN_BY_CODE]
    outside = [ROOT / "README.rst", ROOT / "CONTRIBUTING.rst", *ROOT.glob("examples/*/README.rst")]
    return sorted([*own, *outside])


def lines_of(page: Path) -> Iterator[Line]:
    """Give the command lines of a page, in their order."""
    name, text = str(page.relative_to(ROOT)), page.read_text(encoding="utf-8")
    rest = text
    for block in blocks_of(text):
        rest = rest.replace(block.text, re.sub(r"[^\n]", " ", block.text), 1)
        if block.language:
            yield from loose(name, block.number, OURS.findall(dedent(block.text)))
        else:
            yield from commands(name, block)
    for found in INLINE.finditer(rest):
        words = " ".join(found[1].split())
        yield Line(name, rest.count("\n", 0, found.start()) + 1, words, loose=True)


def loose(page: str, number: int, texts: Iterable[str]) -> Iterator[Line]:
    """Give command lines that stand among other things."""
    for text in texts:
        yield Line(page, number, text, loose=True)


def blocks_of(text: str) -> Iterator[Block]:
    """Give the blocks of code in a page."""
    for found in BLOCK.finditer(text):
        inner = re.compile(rf"(?:(?:{found['indent']} +\S.*)?\n)+").match(text, found.end())
        if inner and inner[0].strip():
            before = text.count("\n", 0, inner.end() - len(inner[0].lstrip("\n"))) + 1
            yield Block(before, found["language"], inner[0].strip("\n"))


def commands(page: str, block: Block) -> Iterator[Line]:
    """Give the command lines of a block of them."""
    shown = dedent(block.text).split("\n")
    prompted = any(line.startswith("$ ") for line in shown)
    number = 0
    while number < len(shown):
        first, (text, number) = number, joined(shown, number)
        output = []
        while prompted and number < len(shown) and not shown[number].startswith("$ "):
            output.append(shown[number])
            number += 1
        if text.strip():
            yield Line(page, block.number + first, text.removeprefix("$ "), "\n".join(output))


def joined(shown: list[str], number: int) -> tuple[str, int]:
    """Return a command with the lines that continue it, and the number of the next line."""
    text = shown[number]
    while not complete(text) and number + 1 < len(shown):
        number += 1
        text += "\n" + shown[number]
    return text, number + 1


def complete(text: str) -> bool:
    """Tell whether a command ends here: not with a backslash, nor within quotation marks."""
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return not text.endswith("\\")
