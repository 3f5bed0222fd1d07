"""The names that senders give to the fields of an event, as tables.

MozDef's names come first in each row, in a fixed precedence: the first that holds a value wins,
in whatever order the sender wrote them. A name that MozDef did not know stands in `ADDITIONAL`
as well: it serves where nothing better was sent, and stays in `details` under its own name.

Names are compared in lower case and without `@`. A dotted name is that of the Elastic Common
Schema: a key of that name, or a value inside nested objects.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from mqworker.core.message import Record

UNKNOWN: Final = "UNKNOWN"
"""What a required field holds when the sender said nothing."""

TYPE: Final = "event"
"""The `type` of everything normalized here; a sender's own `type` is a category."""


SYNONYMS: Final = {
    "category": ("category", "eventtype", "type"),
    "hostname": ("hostname", "source_host", "host", "host.name", "_hostname", "fromhost"),
    "processid": ("processid", "pid", "process.pid", "_pid"),
    "processname": (
        *("processname", "pname", "program", "sourcename"),
        *("process.name", "syslog_identifier"),
    ),
    "severity": ("severity", "syslogseverity", "level", "priority", "severityvalue", "log.level"),
    "source": ("source",),
    "summary": ("summary", "message", "payload", "log"),
    "facility": ("facility", "syslogfacility"),
    "eventsource": ("eventsource", "path", "logger", "file", "log.file.path"),
    "tags": ("tags",),
    "time": (
        *("eventtime", "timestamp", "utctimestamp", "isodate", "date"),
        *("timereported", "__realtime_timestamp"),
    ),
}
"""For each field the names that can supply it, best first.

`facility` supplies `source` too where there is no better; of severities a name beats a number.
"""

FIELD_OF: Final = {name: field for field, names in SYNONYMS.items() for name in names}
"""The field that a name supplies."""

RANK: Final = {name: rank for names in SYNONYMS.values() for rank, name in enumerate(names)}
"""The place of a name among those of its field."""

CANONICAL: Final = {
    **{field: field for field in SYNONYMS if field != "time"},
    "timestamp": "time",
    "utctimestamp": "time",
    "type": "type",
}
"""`FIELD_OF` for an event in its final form: its fields are what their names say."""

ADDITIONAL: Final = frozenset(
    (
        "host.name",  # Elastic Common Schema, flattened
        "log.file.path",
        "log.level",
        "process.name",
        "process.pid",
        "_hostname",  # journald
        "_pid",
        "syslog_identifier",
        "__realtime_timestamp",
        "fromhost",  # rsyslog's default JSON template
        "timereported",
        "isodate",  # syslog-ng
        "log",  # fluent-bit
    )
)
"""Names that MozDef did not know: what they hold stays in `details` too."""

NESTED: Final = (
    ("host", "host.name"),
    ("log", "log.file.path"),
    ("log", "log.level"),
    ("process", "process.name"),
    ("process", "process.pid"),
)
"""Objects of the Elastic Common Schema, and the dotted names of what is read inside them."""

EXPLICIT: Final = ("details", "fields")
"""Objects that become `details`, the stronger first; `details.x` is a way to write one key."""

_FOLDED_AT_MOST = 64


def fold(key: str) -> str:
    """Return a key as names are compared: in lower case, without `@`."""
    return _fold_often(key) if len(key) <= _FOLDED_AT_MOST else _fold(key)


def fold_all(record: Record) -> dict[str, Any]:
    """Return the values of a record by folded key; of keys that fold to the same, any one."""
    return {
        (_fold_often(key) if len(key) <= _FOLDED_AT_MOST else _fold(key)): value
        for key, value in record.items()
    }


def _fold(key: str) -> str:
    return key.replace("@", "").lower() or key


_fold_often = lru_cache(maxsize=4096)(_fold)
