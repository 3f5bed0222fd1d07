"""From flags, variables and a file to Settings, every problem told at once.

1. Precedence: flag, then environment variable, then TOML file, then default; a repeatable option
   is taken whole from the first place that has it.
2. What is wrong is told even where something else overrides it, with the place it came from.
3. No secret is in any message.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mqworker.config import checks
from mqworker.config.credentials import read_secrets
from mqworker.config.places import Given, from_environment, from_file, from_flags
from mqworker.config.settings import OPTIONS, SECRETS, Settings
from mqworker.core.errors import Misconfigured

DEFAULT_FILE = Path("/etc/mqworker/mqworker.toml")
FILE_VARIABLE = "MQWORKER_CONFIG"

SERVICES = frozenset({"broker", "sink", "memory", "privacy"})
"""What a worker speaks to, or is."""


@dataclass(frozen=True)
class Loaded:
    """The effective configuration and where it came from.

    origins: for each option and secret that has a value, its place, for people.
    warnings: what is allowed but probably not meant.
    file: the TOML file that was read.
    """

    settings: Settings
    origins: Mapping[str, str]
    warnings: tuple[str, ...]
    file: Path | None


def load(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    config: Path | None = None,
    services: Collection[str] = SERVICES,
) -> Loaded:
    """Read the configuration.

    Args:
        flags: options by name, as the command line, or a caller, gives them; None is not given.
        environ: the environment.
        config: the TOML file; without it the variable MQWORKER_CONFIG names one, and without that
            the one in /etc is read when there is one.
        services: of "broker", "sink", "memory", "privacy" and "intake" those that are needed: only
            their certificates and secrets have to be readable.

    Raises:
        Misconfigured: something is wrong; each line of its text is one problem.
    """
    file = config_file(config, environ)
    places = [from_environment(environ), from_flags(flags)]
    if file:
        places.insert(0, from_file(file))
    given = {name: one for place in places for name, one in place.given.items()}
    problems = [problem for place in places for problem in place.problems]
    problems += unreadable(given, services)
    held = read_secrets(given, environ, services)
    given |= held.given
    settings = Settings(**{name: one.value for name, one in given.items()})
    problems += [*held.problems, *checks.conflicts(settings)]
    if problems:
        raise Misconfigured("\n".join(problems))
    return Loaded(settings, origins(given), (*held.warnings, *checks.doubts(settings)), file)


def config_file(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the TOML file to read, None when there is none to be read."""
    if config:
        return config
    if environ.get(FILE_VARIABLE):
        return Path(environ[FILE_VARIABLE])
    return DEFAULT_FILE if may_exist(DEFAULT_FILE) else None


def may_exist(file: Path) -> bool:
    """Tell whether a file is there; where its directory can't be entered, reading it tells."""
    try:
        return file.exists()
    except PermissionError:
        return True


def origins(given: Mapping[str, Given]) -> dict[str, str]:
    """Return the place of each value, "default" where nobody gave one."""
    known = dict.fromkeys(OPTIONS, "default")
    return known | {name: one.origin for name, one in given.items()}


def unreadable(given: Mapping[str, Given], services: Collection[str]) -> list[str]:
    """Return a line for each certificate and key of these services that can't be read."""
    held = {f"{secret}_file" for secret in SECRETS}
    return [
        f"{one.origin}: {one.value} {'can not be read' if one.value.exists() else 'does not exist'}"
        for name, one in given.items()
        if name.endswith("_file") and name not in held and spoken_to(name, services)
        if not os.access(one.value, os.R_OK)
    ]


def spoken_to(name: str, services: Collection[str]) -> bool:
    """Tell whether an option or secret is of one of these services."""
    return name.partition("_")[0] in services


def shown(loaded: Loaded) -> dict[str, tuple[Any, str]]:
    """Return what a person may see of each option: its value as in TOML, and its place."""
    settings, places = loaded.settings, loaded.origins
    options = {
        name: (option.show(getattr(settings, name)), places[name])
        for name, option in OPTIONS.items()
    }
    return options | {
        name: (repr(secret), places[name])
        for name in SECRETS
        if (secret := getattr(settings, name))
    }
