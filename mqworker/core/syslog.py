"""The header that a syslog daemon writes before a program's text, as read from its log file.

Shippers that read files send whole lines: time, host, program and process ID are then a part of
the summary.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

LOG_FILES: Final = frozenset(
    {"auth", "authlog", "daemon", "messages", "secure", "sshd", "sudo", "syslog", "system", "user"}
)
"""Names, up to the first dot or dash, of files that syslog daemons write.

In the log of any other program a line may hold what a stranger typed, from its first character
on: a header is not believed there.
"""

LOG_DIRECTORIES: Final = frozenset({"remote", "rsyslog", "syslog", "syslog-ng"})
"""Directories in which syslog daemons write a file for each host."""

_LINE: Final = re.compile(
    r"(?:<[0-9]{1,3}>)?"
    r"(?:[A-Z][a-z]{2} [ 0-3][0-9] [0-9:]{8}"  # RFC 3164
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(?:Z|[+-][0-9]{2}:?[0-9]{2})) "  # RFC 3339
    r"\S{1,255} ([\w./+-]{1,64})(?:\[([0-9]{1,10})\])?: ?",
    re.ASCII,
)
_FIRST: Final = "<0123456789JFMASOND"  # of a priority, a year, a month


class Line(NamedTuple):
    """A line of a log file: which program wrote what; `pid` is "" where it is not told."""

    program: str
    pid: str
    text: str


def read_line(summary: str, file: Any) -> Line | None:
    """Return what a syslog daemon's line holds, None when the summary is none.

    Args:
        summary: the event's summary.
        file: the file that it was read from, None when that is not known.
    """
    if summary[:1] not in _FIRST:
        return None  # said at once of most texts
    found = _LINE.match(summary)
    if found is None or not _is_log(file):
        return None
    program, pid = found.groups("")
    return Line(program, pid, summary[found.end() :])


def _is_log(file: Any) -> bool:
    if file is None:
        return True
    *directories, name = str(file).split("/")
    stem = name.partition(".")[0].partition("-")[0]
    return stem in LOG_FILES or not LOG_DIRECTORIES.isdisjoint(directories)
