"""Times in every form that shippers send, as aware datetimes in UTC.

Numbers (and digits as text): seconds, milliseconds, microseconds or nanoseconds since 1970,
told apart by size; zero and less is 1970. Text: ISO 8601 with any offset and any fraction,
syslog's `Oct 27 14:01:12`, RFC 2822, Apache's `10/Oct/2000:13:55:36 -0700`, ctime, and what
dateutil reads without guessing.

1. Nothing here raises: what is no time, or could be two, is None.
2. Nothing is guessed: not the order of day and month, not a year of two digits, not a zone of
   unknown name. No date part comes from the clock; a missing year comes from `base` alone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final

import orjson
from dateutil import parser

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(days=1)
"""How far after `base` a time without a year may be: clocks and zones differ, but not by more."""

_LONGEST_TEXT: Final = 64
_LEAST_SECONDS: Final = 10**8  # 1973: smaller numbers count something else
_END_OF_SECONDS: Final = 10**10  # 2286
_LEAST_OF_FRACTIONS: Final = 3 * 10**8  # 1979: less than that in ms, us or ns is of another unit
_END_OF_NUMBERS: Final = 10**20
_UNITS: Final = (10**3, 10**6, 10**9)
_MICROSECONDS: Final = 10**6
_MISREAD: Final = (
    ValueError,
    OverflowError,
    TypeError,
    AttributeError,
    ArithmeticError,
    LookupError,
)
"""What datetime, time zones and dateutil raise over strange text."""

_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_COMPACT: Final = re.compile(r"((?:19|20|21)\d{6})(\d{6})?", re.ASCII)

_CLOCK: Final = r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
_ZONE: Final = r"(?:\ *(?P<zone>[A-Za-z]{1,4}|[+-]\d\d(?::?\d\d)?)(?:\ *\([^()]*\))?)?"
_WEEKDAY: Final = r"(?:[A-Za-z]{3,9},?\ +)?"
_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>[A-Za-z]{3})", r"(?P<day>\d\d?)"
_PATTERNS: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_YEAR}[-/.](?P<month>\d\d?)[-/.]{_DAY}(?:(?:[Tt]|\ +){_CLOCK}{_ZONE})?",
        rf"{_WEEKDAY}{_MONTH}\ +{_DAY}(?:,?\ +{_YEAR})?\ +{_CLOCK}{_ZONE}",
        rf"{_WEEKDAY}{_MONTH}\ +{_DAY}\ +{_CLOCK}{_ZONE}\ +{_YEAR}",
        rf"{_WEEKDAY}{_DAY}[ /-]{_MONTH}[ /-]{_YEAR}[ :T]\ *{_CLOCK}{_ZONE}",
    )
)
_MONTHS: Final = {
    name: str(number)
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
# Names whose offset is defined: RFC 2822, section 4.3. Other names mean several zones.
_ZONES: Final = {
    **dict.fromkeys(("Z", "UTC", "GMT", "UT"), 0),
    "EDT": -4,
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    "PST": -8,
}
# A clock time or a year; after an ISO date, `-05:00` could be an offset and an hour.
_WORTH_A_TRY: Final = re.compile(r"(?!\d{4}-\d\d-\d\d[+-]).*(?:\d:\d\d|\d{4})", re.ASCII)
_PROBES: Final = (datetime(2000, 1, 1), datetime(2004, 2, 2))  # noqa: DTZ001 - see _read_freely


def read_time(value: Any, base: datetime, zone: tzinfo) -> datetime | None:
    """Return the time that a JSON value stands for, aware in UTC; None when it is none.

    Args:
        value: a number or text.
        base: about when it was written; a time without a year is put into the latest year that
            makes it at most `AHEAD` (one day) later than this.
        zone: of a time that names none.
    """
    try:
        if type(value) is str:
            return _read_text(value, base, zone)
        if type(value) is int or type(value) is float:
            return _read_number(value, zone)
    except _MISREAD:
        return None
    return None


def write_time(time: datetime) -> str:
    """Return an aware time as `isoformat` does, in a third of the time."""
    return orjson.dumps(time)[1:-1].decode()


def _read_text(text: str, base: datetime, zone: tzinfo) -> datetime | None:
    if text[4:5] == "-" and text[10:11] in "T ":
        try:
            return _in_utc(datetime.fromisoformat(text), zone)
        except ValueError:
            pass
    text = text.strip()
    if len(text) > _LONGEST_TEXT:
        return None
    if _NUMBER.fullmatch(text):
        # Not in one expression: compiled, an integer in it would become a floating-point number.
        return _read_number(float(text), zone) if "." in text else _read_number(int(text), zone)
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(text):
            try:
                return _build(match.groupdict(), base, zone)
            except _MISREAD:
                continue
    return _read_freely(text, base, zone) if _WORTH_A_TRY.match(text) else None


def _in_utc(time: datetime, zone: tzinfo) -> datetime:
    if time.tzinfo is UTC:
        return time
    if time.tzinfo is None:
        time = time.replace(tzinfo=zone)
    return time.astimezone(UTC)


def _read_number(value: Any, zone: tzinfo) -> datetime | None:
    if value <= 0:
        return EPOCH
    if not value < _END_OF_NUMBERS:
        return None
    compact = _COMPACT.fullmatch(str(value)) if type(value) is int else None
    if compact:
        try:
            time = datetime.fromisoformat(f"{compact[1]}T{compact[2] or '000000'}")
            return _in_utc(time, zone)
        except ValueError:
            pass
    if value < _LEAST_SECONDS:
        return None
    unit = _unit_of(value)
    whole = type(value) is int
    microseconds = value * _MICROSECONDS // unit if whole else round(value * _MICROSECONDS / unit)
    return EPOCH + timedelta(microseconds=microseconds)


def _unit_of(value: Any) -> int:
    """Return how many of a number's units are a second.

    What makes no sense in any unit is brought to ten digits of seconds, as MozDef does with all.
    """
    if value < _END_OF_SECONDS:
        return 1
    for unit in _UNITS:
        if _LEAST_OF_FRACTIONS * unit <= value < _END_OF_SECONDS * unit:
            return unit
    return int(10 ** (len(str(int(value))) - 10))


def _build(parts: dict[str, str | None], base: datetime, zone: tzinfo) -> datetime:
    """Make a time of the named groups of a pattern.

    Raises:
        ValueError, LookupError, OverflowError: there is no such time, or its zone is unknown.
    """
    month = parts["month"] or ""
    second = int(parts["second"] or 0)
    time = datetime(
        int(parts["year"] or 4),  # a leap year: the real one is found below
        int(month if month.isdigit() else _MONTHS[month.lower()]),
        int(parts["day"] or 0),
        int(parts["hour"] or 0),
        int(parts["minute"] or 0),
        min(second, 59) if second == 60 else second,  # noqa: PLR2004 - a leap second
        int((parts["fraction"] or "")[:6].ljust(6, "0")),
        tzinfo=_zone_of(parts["zone"], zone),
    )
    if parts["year"] is None:
        time = _place_in_year(time, base)
    return time.astimezone(UTC) + timedelta(seconds=second - time.second)


def _zone_of(name: str | None, zone: tzinfo) -> tzinfo:
    if name is None:
        return zone
    if name[0] not in "+-":
        return timezone(timedelta(hours=_ZONES[name.upper()]))
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if name[0] == "-" else offset)


def _place_in_year(time: datetime, base: datetime) -> datetime:
    """Return a time in the latest year that makes it at most a day later than `base`.

    Raises:
        ValueError: there is none within eight years: 29 February comes at least that often.
    """
    for year in range(base.year + 1, base.year - 9, -1):
        try:
            placed = time.replace(year=year)
        except ValueError:
            continue
        if placed - base <= AHEAD:
            return placed
    raise ValueError("no such day")


def _read_freely(text: str, base: datetime, zone: tzinfo) -> datetime | None:
    """Read a time of any other form, if there is only one way to read it.

    What the text leaves out differs between the two probes that stand in for it.
    """
    time, other = (_parse(text, probe) for probe in _PROBES)
    if _parse(text, _PROBES[0], dayfirst=True) != time:
        return None
    if _parse(text, _PROBES[0], yearfirst=True) != time:
        return None
    if time == other:
        return _in_utc(time, zone) if f"{time.year:04d}" in text else None
    if time.replace(year=other.year) != other:
        return None
    aware = time if time.tzinfo else time.replace(tzinfo=zone)
    return _place_in_year(aware, base).astimezone(UTC)


def _parse(
    text: str, missing: datetime, *, dayfirst: bool = False, yearfirst: bool = False
) -> datetime:
    return parser.parse(
        text, default=missing, tzinfos=_zone_named, dayfirst=dayfirst, yearfirst=yearfirst
    )


def _zone_named(name: str | None, offset: int | None) -> tzinfo | None:
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    return timezone(timedelta(hours=_ZONES[name.upper()])) if name else None
