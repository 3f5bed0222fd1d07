"""The places that values come from: a TOML file, the environment, flags."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from mqworker.config.kinds import Unfit
from mqworker.config.option import PREFIX, Option
from mqworker.config.settings import OPTIONS
from mqworker.config.suggest import closest

RESERVED = re.compile(
    r"MQWORKER_(CONFIG|SHARED|TEST_\w+)"
    r"|MQWORKER(_\w+)?_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)"
)
"""Variables that are no options: the file's name, the test suite's own, and those that Kubernetes
gives every container for each service whose name begins with mqworker."""

SEPARATOR = re.compile(r"[\s,]+")


class Given(NamedTuple):
    """A value that somebody gave, and the place, for people."""

    value: Any
    origin: str


@dataclass(slots=True)
class Findings:
    """What one place gives: the values that fit, by option, and a line for each thing wrong."""

    given: dict[str, Given] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(
        self, option: Option, value: Any, origin: str, read: Callable[[Any], Any] | None = None
    ) -> None:
        """Take a value when it fits, otherwise note what was expected."""
        values = value if option.repeatable else [value]
        taken = [self.fit(option, one, origin, read or option.kind.accept) for one in values]
        if not values and option.default:
            self.problems.append(f"{origin}: expected at least one value")
        elif None not in taken:
            self.given[option.name] = Given(tuple(taken) if option.repeatable else taken[0], origin)

    def fit(self, option: Option, value: Any, origin: str, read: Callable[[Any], Any]) -> Any:
        """Return a value as the option has it; None, and a problem noted, when it does not fit."""
        try:
            return read(value)
        except Unfit as hint:
            wrong = f"{origin}: expected {option.kind.expects}, got {option.kind.quote(value)}"
            self.problems.append(f"{wrong}: {hint}" if str(hint) else wrong)
        return None

    def unknown(self, origin: str, name: str, names: Iterable[str]) -> None:
        """Note a name that no option has."""
        hint = closest(name, names)
        self.problems.append(f"{origin}: there is no such option{hint and '; '}{hint}")


def from_file(path: Path) -> Findings:
    """Read a TOML file; keys are the options' names, with `_` or `-`."""
    found = Findings()
    for key, value in table(path, found.problems).items():
        origin, name = f"{path}: {key}", key.replace("-", "_")
        if name not in OPTIONS:
            found.unknown(origin, name, OPTIONS)
        elif name in found.given:
            found.problems.append(f"{origin}: given twice, with - and with _")
        else:
            found.take(OPTIONS[name], listed(OPTIONS[name], value), origin)
    return found


def table(path: Path, problems: list[str]) -> dict[str, Any]:
    """Return what the TOML file holds, nothing when it can't be read."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        problems.append(f"{path}: can't be read: {error.strerror}")
    except ValueError as error:
        problems.append(f"{path}: is not TOML: {error}")
    return {}


def listed(option: Option, value: object) -> object:
    """Return a list where a repeatable option was given a single value."""
    return value if isinstance(value, (list, tuple)) or not option.repeatable else [value]


def from_environment(environ: Mapping[str, str]) -> Findings:
    """Read the variables MQWORKER_*; the values of a list have spaces or commas between them."""
    found = Findings()
    known = {option.variable: option for option in OPTIONS.values()}
    for variable in sorted(environ):
        if option := known.get(variable):
            found.take(option, split(option, environ[variable]), variable, option.kind.parse)
        elif variable.startswith(PREFIX) and not RESERVED.fullmatch(variable):
            found.unknown(variable, variable, known)
    return found


def split(option: Option, text: str) -> str | list[str]:
    """Return what a variable holds: one value, or those of a list."""
    if not option.repeatable:
        return text.strip()
    return [part for part in SEPARATOR.split(text) if part]


def from_flags(flags: Mapping[str, object]) -> Findings:
    """Take the options that the command line, or a caller, gave; None and () are not given."""
    found = Findings()
    for name, value in flags.items():
        if value is not None and value != ():
            found.take(OPTIONS[name], listed(OPTIONS[name], value), OPTIONS[name].flag)
    return found
