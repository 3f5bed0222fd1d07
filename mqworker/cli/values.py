"""What a shell can complete the value of an option with, as far as it is known."""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection

from click.shell_completion import CompletionItem

from mqworker.config.kinds import DIRECTORY, FILE, ZONE
from mqworker.config.option import Option

PATHS = {FILE: "file", DIRECTORY: "dir"}
"""What the shell completes by itself, and what click calls it."""


def values(option: Option, incomplete: str) -> list[CompletionItem]:
    """Return what an option's value may be; nothing when that is not known.

    Args:
        option: whose value it is.
        incomplete: how the value begins.
    """
    if option.kind in PATHS:
        return [CompletionItem(incomplete, type=PATHS[option.kind])]
    return [CompletionItem(word) for word in known(option) if word.startswith(incomplete)]


def known(option: Option) -> Collection[str]:
    """Return the words that an option's value may be, or its usual ones when it is a name."""
    if option.kind is ZONE:
        return sorted(zoneinfo.available_timezones())
    if option.kind.metavar == "TEXT" and option.repeatable:
        return tuple(option.default)
    return option.kind.choices
