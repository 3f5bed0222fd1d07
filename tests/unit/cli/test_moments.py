from __future__ import annotations

from datetime import UTC, datetime

import click
import pytest

from mqworker.cli.moments import moment

COMMAND = click.Command("trace")


def read(text: str | None) -> datetime | None:
    return moment(click.Context(COMMAND), click.Option(["--since"]), text)


@pytest.mark.parametrize(
    "text", ["2026-11-23T09:30:00Z", "2026-11-23 09:30", "2026-11-23T10:30:00+01:00"]
)
def test_a_time_is_aware_and_in_utc_whatever_its_offset(text: str) -> None:
    found = read(text)

    assert found == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert found.tzinfo is UTC


def test_no_time_given_is_none() -> None:
    assert read(None) is None


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00+14:00"])
def test_what_is_no_time_is_told_with_an_example_of_one(text: str) -> None:
    with pytest.raises(click.BadParameter, match="2026-11-23T09:30:00Z"):
        read(text)
