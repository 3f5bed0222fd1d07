"""Numbers as Prometheus reads them: its text format, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

The library `prometheus-client` keeps numbers within a process, or shares them by files; ours are
kept elsewhere and come as they are, so that all that is needed of it is what is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from mqworker.core.sight.state import Spread

FORMAT = "text/plain; version=0.0.4; charset=utf-8"

Kind = Literal["counter", "gauge", "histogram"]

Labels = Mapping[str, str]

NO_LABELS: Labels = {}

ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Metric(NamedTuple):
    """What is exported under one name.

    words: what it is, in a sentence. labels: what tells its series apart.
    """

    name: str
    kind: Kind
    words: str
    labels: tuple[str, ...] = ()


class Reading(NamedTuple):
    """One series now; None for a number that is not known is not exported."""

    value: float | Spread | None
    labels: Labels = NO_LABELS


Family = tuple[Metric, Sequence[Reading]]


def exposed(families: Iterable[Family]) -> str:
    """Return numbers as text; a metric without any is left out."""
    return "".join(line for family in families for line in family_lines(*family))


def family_lines(metric: Metric, readings: Sequence[Reading]) -> Iterator[str]:
    """Give the lines of one metric."""
    known = [reading for reading in readings if reading.value is not None]
    if known:
        yield f"# HELP {metric.name} {escaped(metric.words)}\n"
        yield f"# TYPE {metric.name} {metric.kind}\n"
    for reading in known:
        if isinstance(reading.value, Spread):
            yield from histogram_lines(metric.name, reading.value, reading.labels)
        elif reading.value is not None:
            yield line(metric.name, reading.labels, reading.value)


def histogram_lines(name: str, spread: Spread, labels: Labels) -> Iterator[str]:
    """Give the lines of a histogram: its buckets add up to the last one, which is the count."""
    seen = 0
    bounds = [*(f"{bound:g}" for bound in spread.bounds), "+Inf"]
    for bound, count in zip(bounds, spread.counts, strict=False):
        seen += count
        yield line(f"{name}_bucket", {**labels, "le": bound}, seen)
    yield line(f"{name}_sum", labels, spread.total)
    yield line(f"{name}_count", labels, seen)


def line(name: str, labels: Labels, value: float) -> str:
    """Return the line of one number."""
    told = ",".join(f'{label}="{text.translate(ESCAPES)}"' for label, text in labels.items())
    about = f"{{{told}}}" if told else ""
    return f"{name}{about} {value!r}\n"


def escaped(words: str) -> str:
    """Return the text of a HELP line."""
    return words.replace("\\", r"\\").replace("\n", r"\n")
