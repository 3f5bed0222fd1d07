"""Kinds of value that have a unit: durations in seconds, sizes in bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from mqworker.config.kinds import Kind, Unfit, bounded

QUANTITY = re.compile(r"((?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)\s*([A-Za-z]*)", re.ASCII)

MILLISECONDS = "ms"
SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}

BYTES = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}


def duration(least: float = 0.0, most: float = math.inf) -> Kind:
    """A duration in seconds: a number, or text with a unit."""

    def accept(value: object) -> float:
        return float(bounded(seconds(value), least, most))

    expects = "a duration in seconds, or with a unit (250ms, 30s, 2m)"
    return Kind("DURATION", expects + span(least, most), accept, show=show_seconds)


def whole_duration(least: int, most: int) -> Kind:
    """A duration in whole seconds: a number, or text with a unit."""

    def accept(value: object) -> int:
        return integral(bounded(seconds(value), least, most))

    expects = "a duration in whole seconds, or with a unit (30s, 2m)"
    return Kind("DURATION", expects + span(least, most), accept, show=show_seconds)


def size(least: int = 1) -> Kind:
    """A size in bytes: a number, or text with a unit."""

    def accept(value: object) -> int:
        number = quantity(value, BYTES) if isinstance(value, str) else value
        return integral(bounded(number, least, math.inf))

    expects = "a size in bytes, or with a unit (512KiB, 10MiB)"
    return Kind("SIZE", expects + span(least, math.inf), accept, show=show_bytes)


def seconds(value: object) -> object:
    """Return the seconds that text such as "250ms" stands for; anything but text as it is.

    Raises:
        Unfit: it is text, and no duration.
    """
    if not isinstance(value, str):
        return value
    if value.endswith(MILLISECONDS):
        # Divided, because 300 * 0.001 is not 0.3.
        return quantity(value.removesuffix(MILLISECONDS), {}) / 1000
    return quantity(value, SECONDS)


def quantity(text: str, units: Mapping[str, int]) -> float:
    """Return the number that text such as "10MiB" stands for.

    Raises:
        Unfit: it is no number, or its unit is none of these.
    """
    found = QUANTITY.fullmatch(text.strip())
    if not found:
        raise Unfit
    number, unit = found.groups()
    if unit and unit not in units:
        raise Unfit(f"{unit} is no unit here")
    return float(number) * (units[unit] if unit else 1)


def integral(number: float) -> int:
    """Return a number that has no fraction.

    Raises:
        Unfit: it has one.
    """
    if number != int(number):
        raise Unfit
    return int(number)


def show_seconds(value: float) -> str:
    """Return a duration with the unit that makes it shortest."""
    if value != int(value):
        milliseconds = round(value * 1000)
        return f"{milliseconds}ms" if milliseconds / 1000 == value else f"{value!r}s"
    for unit in ("d", "h", "m"):
        if value and value % SECONDS[unit] == 0:
            return f"{int(value // SECONDS[unit])}{unit}"
    return f"{int(value)}s"


def show_bytes(value: int) -> str | int:
    """Return a size in the largest binary unit that it is a multiple of."""
    for unit in ("GiB", "MiB", "KiB"):
        if value and value % BYTES[unit] == 0:
            return f"{value // BYTES[unit]}{unit}"
    return value


def span(least: float, most: float) -> str:
    """Return the bounds in words, "" when any value from 0 on will do."""
    if most != math.inf:
        return f", from {least:g} to {most:g}"
    return f", {least:g} or more" if least else ""
