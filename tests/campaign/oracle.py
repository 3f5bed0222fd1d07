"""The judgment: obligations against what was found. Pure; every defect is a finding of its own.

================  ================================================================================
lost              confirmed, and neither a document nor a dead letter
doubled           two documents of one event
unknown           a document or dead letter that nobody owes
wrong fill        a document is otherwise than the reference says
changed           a field is not what its sender wrote
letter missing    bad input without its dead letter
letter doubled    its dead letters have several identities
wrong reason      its dead letter names another step or reason
exit              a process ended by itself, or otherwise than it was asked to
log               a traceback, a secret or an answer that nobody should see
stuck             something did not come to its end
================  ================================================================================
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from tests.campaign.expectation import comparable, expected
from tests.campaign.record import Exit, Found, Letter, Obligation, Record

EARLY = -15
"""Told to end by SIGTERM before it listened to signals."""

ALLOWED = {
    "kill": {-9},
    "term": {0, 75, EARLY},
    "term and kill": {0, 75, -9, EARLY},
    "end": {0, EARLY},
    "child": {0, 75, -9, EARLY},
}
"""Exit statuses by what the campaign had done; of children their supervisor tells only how."""
IDENTITY = ("sourceipaddress", "sessionid", "username")


class Finding(NamedTuple):
    """Something that must not be: what, of whom, and how it is."""

    what: str
    whom: str
    told: str


class Verdict(NamedTuple):
    """What the oracle says, and figures of what it looked at."""

    findings: list[Finding]
    figures: dict[str, int]


def judge(record: Record) -> Verdict:
    """Compare everything."""
    documents = by_name(record.documents)
    findings = [
        *counted(record, documents),
        *compared(record, documents),
        *buried(record),
        *ended(record.exits),
        *(Finding("log", "", line) for line in record.complaints),
    ]
    if record.stuck:
        findings.append(Finding("stuck", "", record.stuck))
    return Verdict(findings, figures(record))


def by_name(documents: Iterable[Found]) -> dict[str, list[Found]]:
    """Sort documents by the event that they are of."""
    found: dict[str, list[Found]] = defaultdict(list)
    for each in documents:
        found[str(each.source.get("details", {}).get("eventid"))].append(each)
    return found


def counted(record: Record, documents: dict[str, list[Found]]) -> Iterator[Finding]:
    """See that each confirmed event is there, none twice, and none that nobody sent."""
    for name, owed in record.obligations.items():
        copies = documents.get(name, [])
        if owed.due == "document" and not copies and name in record.confirmed:
            yield Finding("lost", name, owed.way)
        if owed.due == "document" and len(copies) > 1:
            yield Finding("doubled", name, str([each[:2] for each in copies]))
    for name, copies in documents.items():
        if name not in record.obligations or record.obligations[name].due != "document":
            yield Finding("unknown", name, str(copies[0])[:300])


def compared(record: Record, documents: dict[str, list[Found]]) -> Iterator[Finding]:
    """See that each document is what the reference says, and holds what was sent."""
    for name, wanted in expected(record.obligations, record.documents).items():
        owed = record.obligations[name]
        source = documents[name][0].source
        mine = comparable(source, dated=owed.dated)
        if mine != comparable(wanted, dated=owed.dated):
            yield Finding("wrong fill", name, difference(wanted, source))
        if changed := list(altered(owed, source)):
            yield Finding("changed", name, ", ".join(changed))


def difference(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    """Tell in which fields two documents differ."""
    return "; ".join(
        f"{key}: wanted {wanted.get(key)!r}, found {found.get(key)!r}"[:600]
        for key in sorted(wanted.keys() | found.keys())
        if wanted.get(key) != found.get(key) and not key.endswith("timestamp")
    )


def altered(owed: Obligation, source: dict[str, Any]) -> Iterator[str]:
    """Give the fields of the sender that are not in the document as they were sent."""
    filled = {
        entry["field"].removeprefix("details."): entry
        for entry in source.get("correlation", {}).get("filled", ())
    }
    for key, value in owed.sent.get("details", {}).items():
        entry = filled.get(key)
        kept = entry.get("was") if entry else source["details"].get(key)
        if not same(kept, value):
            yield f"details.{key} is {kept!r}, was {value!r}"
    for key in ("summary", "hostname", "category", "severity", "processid"):
        if key in owed.sent and not same(source.get(key), owed.sent[key]):
            yield f"{key} is {source.get(key)!r}, was {owed.sent[key]!r}"
    if owed.dated and moment(source["timestamp"]) != moment(owed.sent["timestamp"]):
        yield f"timestamp is {source['timestamp']!r}, was {owed.sent['timestamp']!r}"


def same(kept: Any, sent: Any) -> bool:
    """Compare a value with what was sent: an address may be in its canonical form."""
    return kept == sent or str(kept) == str(sent).removeprefix("::ffff:")


def moment(text: str) -> datetime:
    """Return a time, in whatever form it is written."""
    return datetime.fromisoformat(text)


def buried(record: Record) -> Iterator[Finding]:
    """See that dead letters are those of the bad input, with their reasons."""
    letters: dict[bytes, list[Letter]] = defaultdict(list)
    for letter in record.letters:
        letters[letter.body].append(letter)
    for name, owed in record.obligations.items():
        if owed.due != "letter":
            continue
        mine = letters.pop(owed.body, [])
        if not mine and name in record.confirmed:
            yield Finding("letter missing", name, f"{owed.way} {owed.body[:80]!r}")
        yield from read(owed, mine)
    for body, unknown in letters.items():
        yield Finding("unknown", unknown[0].identity, f"{unknown[0].reason[:200]} {body[:200]!r}")


def read(owed: Obligation, letters: list[Letter]) -> Iterator[Finding]:
    """See that the dead letters of one bad input are one, and say what is wrong."""
    if len({each.identity for each in letters}) > 1:
        told = f"{owed.way} {[each.identity for each in letters]}"
        yield Finding("letter doubled", owed.name, told)
    for each in letters:
        if each.stage != owed.stage or owed.words not in each.reason:
            yield Finding("wrong reason", owed.name, f"{each.stage}: {each.reason[:200]}")


def ended(exits: Iterable[Exit]) -> Iterator[Finding]:
    """See that no process ended otherwise than it was asked to: none needed a human."""
    for each in exits:
        if each.status not in ALLOWED.get(each.meant, set()):
            yield Finding(
                "exit", each.unit, f"status {each.status} after {each.meant or 'nothing'}"
            )


def figures(record: Record) -> dict[str, int]:
    """Count what was looked at."""
    due = Counter(owed.due for owed in record.obligations.values())
    corrected = [each.source.get("correlation", {}) for each in record.documents]
    return {
        "events": due["document"],
        "bad inputs": due["letter"],
        "confirmed": len(record.confirmed),
        "documents": len(record.documents),
        "dead letters": len({each.identity for each in record.letters}),
        "repeated dead letters": len(record.letters) - len({e.identity for e in record.letters}),
        "fills": sum(len(each.get("filled", ())) for each in corrected),
        "ambiguous": sum(len(each.get("ambiguous", ())) for each in corrected),
        "hot": sum(len(each.get("hot", ())) for each in corrected),
    }
