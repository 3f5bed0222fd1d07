"""Which of several severities an event has: a name says more than a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.candidates import text_of

LEVELS: Final = frozenset(
    (
        # RFC 5424, table 2, with the abbreviations of syslog.h
        *("EMERGENCY", "EMERG", "PANIC", "ALERT", "CRITICAL", "CRIT", "ERROR", "ERR"),
        *("WARNING", "WARN", "NOTICE", "INFORMATIONAL", "INFO", "DEBUG"),
        # Java, Python, Windows
        *("FATAL", "SEVERE", "INFORMATION", "VERBOSE", "TRACE", "FINE"),
    )
)
"""Words that surely name a severity, not somebody's `level` of something else."""


def order_severities(found: Mapping[str, Any], names: list[str]) -> None:
    """Put that one of several severities first that is to win.

    Precedence is that of `names`, unless its winner is a number and a later one names a level:
    `{"severity": 5, "level": "warning"}` is a WARNING.

    Args:
        found: the event's values by folded name.
        names: the names of the severities in it, best first.
    """
    texts = [(name, text) for name in names if (text := text_of(found[name]))]
    if texts and _is_number(texts[0][1]):
        for name, text in texts:
            if text.upper() in LEVELS:
                names.insert(0, names.pop(names.index(name)))
                return


def _is_number(text: str) -> bool:
    return text.strip().lstrip("+-").replace(".", "", 1).isdecimal()
