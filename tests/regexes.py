"""Texts that make a regular expression work: read out of the expression itself.

For each repetition without a small bound: a text that leads to it, then what it repeats (alone, and
with what comes behind it) so often that backtracking would be seen, then what fits nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import mqworker

MANY = 64
"""Repetitions of at most so many are no trap."""

OTHER = "\x01\n\x01"
"""What fits nothing."""

OPERATORS = ("mqworker.__main__", "mqworker.cli", "mqworker.config", "mqworker.demo")
"""Modules that read what the operator wrote."""

REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def patterns() -> dict[str, re.Pattern[Any]]:
    """Return every regular expression that reads what others send, by where it is."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in pkgutil.walk_packages(mqworker.__path__, "mqworker."):
        if not module.name.startswith(OPERATORS):
            for name, value in vars(importlib.import_module(module.name)).items():
                for number, pattern in enumerate(patterns_in(value)):
                    found.setdefault(f"{module.name}.{name}[{number}]", pattern)
    unique = {(each.pattern, each.flags): name for name, each in reversed(found.items())}
    return {name: found[name] for name in sorted(unique.values())}


def patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    """Give the expressions in a value, however deep."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from patterns_in(inner)
    elif isinstance(value, tuple | list | frozenset):
        for inner in value:
            yield from patterns_in(inner)


def attacks(pattern: re.Pattern[Any], length: int) -> list[Any]:
    """Return texts of about this length, bytes where the expression is of bytes."""
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    texts = dict.fromkeys(
        lead + pump * (length // len(pump)) + OTHER for lead, pump in traps(list(parsed)) if pump
    )
    return [text if isinstance(pattern.pattern, str) else text.encode() for text in texts]


def traps(tokens: list[Any], lead: str = "") -> Iterator[tuple[str, str]]:
    """Give what leads to each repetition, and what it may be fed with."""
    for number, (code, value) in enumerate(tokens):
        if code in REPEATS:
            _, most, inner = value
            if most is codes.MAXREPEAT or most > MANY:
                behind = "".join(map(sample, tokens[number + 1 :]))
                once = sampled(inner)
                yield from ((lead, once), (lead, once + behind), (lead, behind), (lead, lead))
            yield from traps(list(inner), lead)
        elif code is codes.SUBPATTERN:
            yield from traps(list(value[3]), lead)
        elif code is codes.BRANCH:
            for branch in value[1]:
                yield from traps(list(branch), lead)
        lead += sample((code, value))


def sampled(tokens: Iterable[Any]) -> str:
    """Return a text that fits a part of an expression."""
    return "".join(map(sample, tokens))


def sample(token: Any) -> str:
    """Return a text that fits one token; "" for what takes no character."""
    code, value = token
    if code in REPEATS:
        return sampled(value[2]) * max(1, value[0])
    return str(SAMPLES[code](value)) if code in SAMPLES else ""


SAMPLES: dict[Any, Callable[[Any], str]] = {
    codes.LITERAL: chr,
    codes.NOT_LITERAL: lambda value: "a" if value != ord("a") else "b",
    codes.ANY: lambda _: "a",
    codes.IN: lambda choices: member(choices),  # noqa: PLW0108 - it stands below
    codes.SUBPATTERN: lambda value: sampled(value[3]),
    codes.BRANCH: lambda value: sampled(value[1][0]),
}


def member(choices: list[Any]) -> str:
    """Return a character of a class."""
    pattern = re.compile("".join(map(spelled, choices)).join(("[", "]")), re.ASCII)
    likely = "a0A b:.-/_\x02" + "".join(map(chr, range(256)))
    return next(char for char in likely if pattern.match(char))


def spelled(choice: Any) -> str:
    """Return a part of a class as it is written."""
    code, value = choice
    if code is codes.NEGATE:
        return "^"
    if code is codes.LITERAL:
        return re.escape(chr(value))
    if code is codes.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {
        codes.CATEGORY_DIGIT: r"\d",
        codes.CATEGORY_NOT_DIGIT: r"\D",
        codes.CATEGORY_SPACE: r"\s",
        codes.CATEGORY_NOT_SPACE: r"\S",
        codes.CATEGORY_WORD: r"\w",
        codes.CATEGORY_NOT_WORD: r"\W",
    }[value]
