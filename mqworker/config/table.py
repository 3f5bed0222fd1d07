"""A TOML table, read key by key; what is wrong with it is noted, with the place.

1. Reading goes on after something wrong, so that everything wrong is told at once.
2. A key that nobody asked for is wrong, too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from mqworker.config.kinds import Kind, Unfit
from mqworker.config.suggest import closest
from mqworker.core.errors import Misconfigured


class Readable(Protocol):
    """A file, or one that came with a package."""

    def read_bytes(self) -> bytes:
        """Return all that it holds."""


def read_toml(where: Readable) -> dict[str, Any]:
    """Return what a TOML file holds.

    Raises:
        Misconfigured: it can't be read, or is no TOML.
    """
    try:
        return tomllib.loads(where.read_bytes().decode())
    except OSError as error:
        raise Misconfigured(f"{where}: can't be read: {error.strerror}") from error
    except ValueError as error:
        raise Misconfigured(f"{where}: is not TOML: {error}") from error


REQUIRED = object()
"""Stands for the default of a key that has to be there."""


@dataclass(slots=True)
class Table:
    """A table of a TOML file.

    place: where it is, for people; "" is the file as a whole.
    values: what it holds.
    problems: what was found wrong, shared by all tables of a file.
    """

    place: str
    values: Mapping[str, Any]
    problems: list[str]
    asked: list[str] = field(default_factory=list)

    def note(self, key: str, wrong: str) -> None:
        """Note what is wrong with a key."""
        self.problems.append(": ".join(part for part in (self.place, key, wrong) if part))

    def take(self, key: str, kind: Kind, default: Any = REQUIRED) -> Any:
        """Return the value of a key; its default, or None, when there is none that fits."""
        if self.lacks(key, default, f"expected {kind.expects}"):
            return None if default is REQUIRED else default
        return self.fit(key, kind, self.values[key])

    def take_list(self, key: str, kind: Kind, default: Any = REQUIRED) -> tuple[Any, ...]:
        """Return what fits of the array under a key; an array that is there is never empty."""
        if self.lacks(key, default, f"expected a list, each {kind.expects}"):
            return () if default is REQUIRED else default
        values = self.values[key]
        if not isinstance(values, list) or not values:
            shown = "an empty one" if values == [] else kind.quote(values)
            self.note(key, f"expected a list, each {kind.expects}, got {shown}")
            return ()
        taken = [self.fit(key, kind, value) for value in values]
        return tuple(value for value in taken if value is not None)

    def tables(self, key: str) -> Iterator[Table]:
        """Give the tables of an array of tables, [[key]], none when it is not there."""
        self.asked.append(key)
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.note(key, f"expected tables, each under [[{key}]]")
            return
        for number, values in enumerate(found, 1):
            place = f"{self.place}: {key} {number}" if self.place else f"{key} {number}"
            yield Table(place, values, self.problems)

    def lacks(self, key: str, default: Any, expected: str) -> bool:
        """Tell whether a key is missing; note it when it must not."""
        self.asked.append(key)
        if key in self.values:
            return False
        if default is REQUIRED:
            self.note(key, f"missing; {expected}")
        return True

    def fit(self, key: str, kind: Kind, value: object) -> Any:
        """Return a value as its kind has it; None, and a problem noted, when it does not fit."""
        try:
            return kind.accept(value)
        except Unfit as hint:
            wrong = f"expected {kind.expects}, got {kind.quote(value)}"
            self.note(key, f"{wrong}: {hint}" if str(hint) else wrong)
        return None

    def finish(self, outer: Collection[str] = ()) -> None:
        """Note keys that nobody asked for; `outer` are those of the table around this one."""
        for key in self.values:
            if key in self.asked:
                continue
            hint = "it belongs above this table" if key in outer else closest(key, self.asked)
            self.note(key, f"there is no such key here{hint and '; '}{hint}")
