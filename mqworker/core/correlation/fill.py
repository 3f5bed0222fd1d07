"""Answer -> document and back: a fill that is taken back leaves no trace.

1. What the sender stated is never overwritten. Where the sender wrote a word for "no value", that
   word is kept in the provenance (`was`) and comes back with the take-back.
2. A document without findings has no key `correlation`.
"""

from __future__ import annotations

from typing import Any

from mqworker.core.correlation.answer import Answer, Fill, read, told
from mqworker.core.correlation.rules import Path, Rules


def filled(fields: dict[str, Any], answer: Answer, rules: Rules) -> dict[str, Any]:
    """Return the event with an answer written into it.

    Args:
        fields: the event as its sender stated it; not changed.
        answer: what correlation found.
        rules: whose identity fields the answer is about.
    """
    if not answer:
        return fields
    event = {**fields, "details": dict(fields["details"])}
    names = rules.names
    listed = told(answer, names)
    was = {}
    for position, finding in answer.items():
        if isinstance(finding, Fill):
            where = rules.identity[position]
            holder = holder_of(event, where)
            if where.name in holder:
                was[names[position]] = holder[where.name]
            holder[where.name] = finding.value
    for entry in listed.get("filled", ()):
        if entry["field"] in was:
            entry["was"] = was[entry["field"]]
    event["correlation"] = listed
    return event


def emptied(document: dict[str, Any], rules: Rules) -> tuple[dict[str, Any], Answer]:
    """Return a stored document as its sender stated it, and the answer that it was given.

    Args:
        document: a stored document; not changed.
        rules: whose identity fields are known; others stay as they are.
    """
    correlation = document.get("correlation")
    if not isinstance(correlation, dict):
        return document, {}
    event = {**document, "details": dict(document["details"])}
    del event["correlation"]
    names = dict(zip(rules.names, rules.identity, strict=True))
    for entry in correlation.get("filled", ()):
        if (where := names.get(entry["field"])) is not None:
            take_back(holder_of(event, where), where, entry)
    return event, read(correlation, names)


def take_back(holder: dict[str, Any], where: Path, entry: dict[str, Any]) -> None:
    """Undo one fill."""
    if "was" in entry:
        holder[where.name] = entry["was"]
    else:
        holder.pop(where.name, None)


def holder_of(event: dict[str, Any], where: Path) -> dict[str, Any]:
    """Return the object that a field stands in."""
    holder: dict[str, Any] = event["details"] if where.in_details else event
    return holder
