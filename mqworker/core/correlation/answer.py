"""What a walk finds for one field, and which of two answers is the better one.

Answers only ever improve as more becomes known: fewer hops; at equal hops a hot link beats
candidates, more candidates beat fewer, and earlier evidence beats later. So of two answers about
the same event the better one was given by who knew more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Fill(NamedTuple):
    """Exactly one value at the smallest distance: evidence and how it was reached."""

    value: str
    link: str
    evidence: str
    hops: int
    milliseconds: int


class Ambiguous(NamedTuple):
    """Two values or more at the smallest distance; sorted, and capped."""

    candidates: tuple[str, ...]
    hops: int


class Hot(NamedTuple):
    """A hot link was met before any value was found."""

    link: str
    hops: int


Finding = Fill | Ambiguous | Hot

Answer = Mapping[int, Finding]
"""By the identity field's position; nothing was found for a field that is missing here."""

FEWEST, HOT, CANDIDATES, FILLED = range(4)


def rank(finding: Finding) -> tuple[Any, ...]:
    """Return what sorts a better finding before a worse one."""
    if isinstance(finding, Hot):
        return (finding.hops, HOT, finding.link)
    if isinstance(finding, Ambiguous):
        return (finding.hops, CANDIDATES, -len(finding.candidates), finding.candidates)
    return (
        finding.hops,
        FILLED,
        finding.milliseconds,
        finding.evidence,
        finding.link,
        finding.value,
    )


def better(new: Answer, old: Answer) -> dict[int, Finding]:
    """Return the better finding for each field of two answers about the same event."""
    merged = dict(old)
    for field, finding in new.items():
        known = merged.get(field)
        if known is None or rank(finding) < rank(known):
            merged[field] = finding
    return merged


def told(answer: Answer, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return an answer as the document tells it: only what is there, sorted by field."""
    fields = list(names)
    listed: dict[str, list[dict[str, Any]]] = {}
    for position in sorted(answer, key=lambda position: fields[position]):
        kind, entry = entry_of(answer[position])
        listed.setdefault(kind, []).append({"field": fields[position], **entry})
    return listed


def entry_of(finding: Finding) -> tuple[str, dict[str, Any]]:
    """Return under which heading a finding is told, and how."""
    if isinstance(finding, Fill):
        entry = {
            "value": finding.value,
            "link": finding.link,
            "from": finding.evidence,
            "hops": finding.hops,
            "seconds": finding.milliseconds / 1000,
        }
        return "filled", entry
    if isinstance(finding, Ambiguous):
        return "ambiguous", {"candidates": list(finding.candidates), "hops": finding.hops}
    return "hot", {"link": finding.link, "hops": finding.hops}


def read(correlation: Mapping[str, Any], names: Iterable[str]) -> dict[int, Finding]:
    """Read what `told` wrote; what it says of other fields than `names` is left out."""
    position = {name: number for number, name in enumerate(names)}
    return {
        position[entry["field"]]: finding_of(kind, entry)
        for kind in ("hot", "ambiguous", "filled")
        for entry in correlation.get(kind, ())
        if entry["field"] in position
    }


def finding_of(kind: str, entry: Mapping[str, Any]) -> Finding:
    """Read what `entry_of` wrote."""
    if kind == "hot":
        return Hot(entry["link"], entry["hops"])
    if kind == "ambiguous":
        return Ambiguous(tuple(entry["candidates"]), entry["hops"])
    away = round(entry["seconds"] * 1000)
    return Fill(entry["value"], entry["link"], entry["from"], entry["hops"], away)
