"""Numbers for people who watch them: short, and in columns."""

from __future__ import annotations

from mqworker.core.sight.watch import Speed

NONE = "-"
MILLION = 10**6
MINUTE, HOUR, DAY = 60, 3600, 86400


def amount(number: float) -> str:
    """Return a count.

    >>> amount(1234), amount(1234567)
    ('1,234', '1.2M')
    """
    return f"{number:,.0f}" if number < MILLION else f"{number / MILLION:.1f}M"


def rate(speed: Speed, name: str, unit: str = "/s") -> str:
    """Return how often something happens."""
    value = speed.rates.get(name)
    if value is None:
        return NONE
    return f"{value:.1f}{unit}" if 0 < value < 10 else f"{amount(value)}{unit}"  # noqa: PLR2004 - a digit


def moment(seconds: float | None) -> str:
    """Return a short time.

    >>> moment(0.0221), moment(2.5), moment(None)
    ('22 ms', '2.5 s', '-')
    """
    if seconds is None:
        return NONE
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def age(seconds: float | None) -> str:
    """Return how long something lasts.

    >>> age(0.25), age(75), age(7300), age(None)
    ('0.2 s', '75 s', '122 min', '-')
    """
    if seconds is None:
        return NONE
    if seconds < 10:  # noqa: PLR2004 - a digit
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 10 * MINUTE else span(seconds)


def span(seconds: float) -> str:
    """Return a long time in its largest fitting unit."""
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 3 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.0f} h" if seconds < 3 * DAY else f"{seconds / DAY:.0f} d"


def share(number: float | None) -> str:
    """Return a mean."""
    return NONE if number is None else f"{number:.0f}"


def size(number: int) -> str:
    """Return an amount of memory.

    >>> size(120_000_000)
    '120 MB'
    """
    return f"{number / MILLION:.0f} MB"
