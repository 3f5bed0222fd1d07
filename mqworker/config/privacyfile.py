"""The file of privacy's rules: TOML -> Privacy, every problem told with its place.

docs/privacy.rst explains the format.
"""

from __future__ import annotations

import re
from pathlib import Path

from mqworker.config.kinds import Kind, Unfit, choice, whole
from mqworker.config.secret import Secret
from mqworker.config.suggest import closest
from mqworker.config.table import Table, read_toml
from mqworker.core.errors import Misconfigured
from mqworker.core.privacy import Concealment, Privacy
from mqworker.core.synonyms import SYNONYMS

VERSION = 1
SHORTEST_KEY = 16
TOP_LEVEL = tuple(sorted({*SYNONYMS} - {"tags", "time", "category", "severity"}))
DETAIL = re.compile(r"details(\.[^\s.]+)+")


def field_name(value: object) -> str:
    """Accept the name of a field that can be hidden.

    Raises:
        Unfit: an event has no such field, or can't do without it.
    """
    if not isinstance(value, str):
        raise Unfit
    if value not in TOP_LEVEL and not DETAIL.fullmatch(value):
        raise Unfit(closest(value, (*TOP_LEVEL, f"details.{value}")))
    return value


FIELD = Kind("FIELD", "a field such as details.username or summary", field_name)
ACTION = choice("mask", "hash", "drop")


def load_privacy(file: Path | None, key: Secret | None) -> Privacy | None:
    """Read the rules; None when no file is named.

    Raises:
        Misconfigured: they can't be used; each line of its text is one problem.
    """
    if file is None:
        return None
    problems: list[str] = []
    rules = read_rules(Table("", read_toml(file), problems))
    secret = key.reveal().encode() if key else b""
    if any(rule.action == "hash" for rule in rules) and len(secret) < SHORTEST_KEY:
        problems.append(
            f"a hash needs a key of at least {SHORTEST_KEY} bytes: name its file with "
            "--privacy-key-file"
        )
    if problems:
        raise Misconfigured("\n".join(f"{file}: {problem}" for problem in problems))
    return Privacy(rules, secret)


def read_rules(table: Table) -> tuple[Concealment, ...]:
    """Return what a whole file says; it is of use only when no problem was noted."""
    version = table.take("version", whole(1))
    if version not in (VERSION, None):
        table.note("version", f"this mqworker reads version {VERSION}, not {version}")
    seen: set[str] = set()
    rules = tuple(read_rule(inner, seen) for inner in table.tables("rule"))
    if not rules:
        table.note("rule", "there is none")
    table.finish()
    return rules


def read_rule(table: Table, seen: set[str]) -> Concealment:
    """Return the rule in a table; `seen` are the fields that have one already."""
    action = table.take("action", ACTION)
    fields = table.take_list("fields", FIELD)
    for name in fields:
        if name in seen:
            table.note("fields", f"{name} has a rule already")
        seen.add(name)
    table.finish()
    return Concealment(action or "mask", fields)
