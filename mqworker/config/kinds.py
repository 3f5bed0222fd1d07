"""The kinds of value that an option can have: how each is read, checked and shown."""

from __future__ import annotations

import math
import os
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mqworker.config.suggest import closest
from mqworker.core.urls import MASK, redact

CLIP = 80


class Unfit(ValueError):
    """A value that does not fit; the text, when there is one, says more than what was expected."""


def as_it_is(value: Any) -> Any:
    """Return the value."""
    return value


def clipped(value: object) -> str:
    """Return a value as an error message quotes it."""
    shown = repr(value)
    return shown if len(shown) <= CLIP else f"{shown[:CLIP]}…"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value.

    metavar: stands for it in `--help`.
    expects: says what it is in words, to be read after "expected".
    accept: checks what TOML, or Python, holds, and returns the value; raises Unfit.
    from_text: makes of a flag's or variable's text what `accept` takes; raises Unfit.
    show: gives back what a TOML file would hold, without secrets.
    quote: shows a value that does not fit, in an error message, without secrets.
    choices: the words that it may be, when it is a choice.
    """

    metavar: str
    expects: str
    accept: Callable[[object], Any]
    from_text: Callable[[str], object] = as_it_is
    show: Callable[[Any], Any] = as_it_is
    quote: Callable[[object], str] = clipped
    choices: tuple[str, ...] = ()

    def parse(self, text: str) -> Any:
        """Read a flag's or variable's text.

        Raises:
            Unfit: it is no such value.
        """
        return self.accept(self.from_text(text))


def text(most: int = 255) -> Kind:
    """Text of at most `most` bytes in UTF-8; AMQP names have 255 (specification, 4.2.5.3)."""

    def accept(value: object) -> str:
        if not isinstance(value, str) or not 0 < len(value.encode()) <= most:
            raise Unfit
        return value

    return Kind("TEXT", f"text of 1 to {most} bytes", accept)


def choice(*words: str) -> Kind:
    """One of some words."""

    def accept(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise Unfit(closest(str(value), words))
        return value

    return Kind("WORD", " or ".join(words), accept, choices=words)


def number(least: float, most: float) -> Kind:
    """A number between two bounds, both allowed."""

    def accept(value: object) -> float:
        return float(bounded(value, least, most))

    return Kind("NUMBER", f"a number from {least:g} to {most:g}", accept, read_by(float))


def whole(least: int = 1, most: int | None = None) -> Kind:
    """A whole number between two bounds, both allowed."""

    def accept(value: object) -> int:
        if not isinstance(value, int):
            raise Unfit
        return int(bounded(value, least, math.inf if most is None else most))

    span = f", {least} or more" if most is None else f" from {least} to {most}"
    return Kind("N", f"a whole number{span}", accept, read_by(int))


def bounded(value: object, least: float, most: float) -> float:
    """Return a finite number within its bounds; whole ones have 64 bits, as in TOML.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Unfit
    if not least <= value <= min(most, 2**63 - 1):
        raise Unfit
    return value


def read_by(convert: Callable[[str], float]) -> Callable[[str], float]:
    """Return a reader of text that raises Unfit where `convert` raises ValueError."""

    def read(words: str) -> float:
        try:
            return convert(words)
        except ValueError as error:
            raise Unfit from error

    return read


def truth(value: object) -> bool:
    """Accept true and false.

    Raises:
        Unfit: it is something else.
    """
    if not isinstance(value, bool):
        raise Unfit
    return value


def truth_from_text(words: str) -> bool:
    """Read the words for yes and no that variables usually hold.

    Raises:
        Unfit: it is none of them.
    """
    if words.lower() in ("true", "yes", "on", "1"):
        return True
    if words.lower() in ("false", "no", "off", "0"):
        return False
    raise Unfit


FLAG = Kind("", "true or false", truth, truth_from_text)


def url(example: str, *schemes: str) -> Kind:
    """A URL; with `schemes`, one of these only. Whatever is shown of it is redacted."""

    def accept(value: object) -> str:
        if not isinstance(value, str):
            raise Unfit
        scheme, separator, rest = value.partition("://")
        if not separator or not rest or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
            raise Unfit
        if schemes and scheme.lower() not in schemes:
            raise Unfit(f"{scheme}:// is not supported here")
        if re.search(r"[\s\x00-\x1f]", value):
            raise Unfit("a space in a URL is written %20")
        return value

    allowed = f" ({', '.join(f'{scheme}://' for scheme in schemes)})" if schemes else ""
    return Kind("URL", f"a URL such as {example}{allowed}", accept, show=redact, quote=quote_url)


def quote_url(value: object) -> str:
    """Quote what should have been a URL, without what might be a password in it."""
    if not isinstance(value, str):
        return type(value).__name__
    return clipped(MASK if "@" in value and "://" not in value else redact(value))


def path(value: object) -> Path:
    """Accept the path of a file; whether it can be read is for `mqworker.config.load` to check.

    Raises:
        Unfit: it can't be a path.
    """
    if not isinstance(value, (str, Path)) or not str(value) or "\0" in str(value):
        raise Unfit
    return Path(value)


def directory(value: object) -> Path:
    """Accept the path of a directory that can be listed.

    Raises:
        Unfit: it is none.
    """
    found = path(value)
    if not found.is_dir():
        raise Unfit("it is a file" if found.exists() else "there is none")
    if not os.access(found, os.R_OK | os.X_OK):
        raise Unfit("it can't be read")
    return found


FILE = Kind("FILE", "the path of a file", path, show=str, quote=clipped)
DIRECTORY = Kind("DIR", "the path of a directory", directory, show=str, quote=clipped)


def zone(value: object) -> str:
    """Accept the name of a time zone.

    Raises:
        Unfit: the database has none of this name.
    """
    if not isinstance(value, str):
        raise Unfit
    if value != "UTC" and value not in zoneinfo.available_timezones():
        raise Unfit(closest(value, zoneinfo.available_timezones()))
    return value


ZONE = Kind("ZONE", "a time zone of the IANA database such as Europe/Berlin", zone)
