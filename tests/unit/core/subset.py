"""Comparing an event with what a case expects of it."""

from datetime import UTC, datetime

from mqworker.core.addresses import clean_addresses
from mqworker.core.decode import Limits, decode
from mqworker.core.normalize import Moment, normalize

RECEIVED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MOMENT = Moment(RECEIVED, None, "worker1", UTC)


def events_of(body, content_encoding=None):
    """Return the fields of every event of a body, after each pure step up to validation."""
    events = []
    for record in decode(body, content_encoding, Limits()).items:
        fields = normalize(record, MOMENT)[0]
        clean_addresses(fields)
        events.append(fields)
    return events


def part_of(actual, expected):
    """Return that part of `actual` that `expected` speaks of, to be compared with it."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        return {key: part_of(actual[key], expected[key]) for key in expected if key in actual}
    return actual


def without(expected, paths):
    """Return `expected` without what stands at `paths` (`details/username`)."""
    kept = {}
    for key, value in expected.items():
        inner = [path.removeprefix(f"{key}/") for path in paths if path.startswith(f"{key}/")]
        if key not in paths:
            kept[key] = without(value, inner) if isinstance(value, dict) else value
    return kept
