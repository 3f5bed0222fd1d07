"""Facts that stand in an event's text, stated in its `details`.

An extractor knows what one program writes. What it reads counts as stated by the sender;
`mqworker.core.statement` says how it gets into the event.

1. An extractor that fails costs its event a tag and a line in `errors`, and nothing else.
2. The result is a function of the event: extractors have their turn in the order of their names,
   and the first to state something wins.
3. An event that no extractor is for costs two look-ups, and a few tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

from mqworker.core.correlation.values import canonical_program
from mqworker.core.statement import Details, Statement, checked, write
from mqworker.core.synonyms import UNKNOWN
from mqworker.core.syslog import read_line

FAILED_TAG: Final = "extractor-failed"

_NAMELESS: Final = frozenset({UNKNOWN, "-", ""})
_MOST_KNOWN: Final = 4096
_LONGEST_KNOWN: Final = 128


@dataclass(frozen=True, slots=True, eq=False)
class Extractor:
    """Reads the events of one program, or of one kind: those that fit any of the last four.

    name: what it is called in `mozdef.plugins` and in errors.
    extract: returns what an event states, by names in `details`. It is pure and changes nothing
        in the event. Where the summary is a whole line of a syslog file, it gets the event
        without the header, which then supplies `processname` and `processid`.
    programs: values of `processname`, in any case; `sshd` is also `/usr/sbin/sshd` and `sshd[42]`.
    categories: values of `category`, in any case.
    names: names in `details`, in lower case, as normalization leaves them.
    beginnings: of the summary.
    """

    name: str
    extract: Callable[[Mapping[str, Any]], Details | Statement]
    programs: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()


Chosen = tuple[Extractor, ...]


@dataclass(slots=True)
class Register:
    """Which extractors are for a word, whatever its spelling; it learns the spellings it meets."""

    words: dict[str, Chosen]
    fold: Callable[[str], str]
    known: dict[str, Chosen] = field(default_factory=dict)

    def learn(self, spelling: str) -> Chosen:
        """Return the extractors for a spelling that was not met before."""
        chosen = self.words.get(self.fold(spelling), ())
        if len(spelling) <= _LONGEST_KNOWN and len(self.known) < _MOST_KNOWN:
            self.known[spelling] = chosen
        return chosen


class Extraction:
    """Extractors made ready for use. Used by one thread only."""

    def __init__(self, extractors: Iterable[Extractor] = ()) -> None:
        ordered = sorted(extractors, key=attrgetter("name"))
        self.programs = Register(_index(ordered, "programs", _fold_program), _fold_program)
        self.categories = Register(_index(ordered, "categories", str.lower), str.lower)
        self.names = tuple(_index(ordered, "names", str).items())
        self.beginnings = tuple(_index(ordered, "beginnings", str))
        self.beginning = tuple(each for each in ordered if each.beginnings)
        self.turns: dict[Chosen, Chosen] = {}

    def apply(self, fields: dict[str, Any]) -> tuple[str, ...]:
        """State in an event what its text says; return the names of the extractors that failed.

        Args:
            fields: a canonical event with clean addresses; it is changed, and stays that.
        """
        event = _unwrap(fields) if fields["processname"] in _NAMELESS else fields
        chosen = self._choose(event)
        if not chosen:
            return ()
        if len(chosen) > 1:
            chosen = self.turns.get(chosen) or self._order(chosen)
        failed = _run(chosen, event, fields)
        if event["summary"] is not fields["summary"] and fields["mozdef"]["plugins"]:
            write(fields, _header(event))
        return failed

    def _choose(self, event: dict[str, Any]) -> Chosen:
        chosen = self.programs.known.get(event["processname"])
        if chosen is None:
            chosen = self.programs.learn(event["processname"])
        more = self.categories.known.get(event["category"])
        if more is None:
            more = self.categories.learn(event["category"])
        if more:
            chosen += more
        details: dict[str, Any] = event["details"]
        for name, more in self.names:
            if name in details:
                chosen += more
        if event["summary"].startswith(self.beginnings):
            chosen += self._choose_by_beginning(event["summary"])
        return chosen

    def _order(self, chosen: Chosen) -> Chosen:
        """Return extractors, each once, in the order of their turns."""
        turns = tuple(sorted(dict.fromkeys(chosen), key=attrgetter("name")))
        self.turns[chosen] = turns
        return turns

    def _choose_by_beginning(self, summary: str) -> Chosen:
        return tuple(each for each in self.beginning if summary.startswith(each.beginnings))


def _index(
    extractors: Iterable[Extractor], attribute: str, fold: Callable[[str], str]
) -> dict[str, Chosen]:
    """Return the extractors for each of the words under one of their attributes."""
    index: dict[str, Chosen] = {}
    for extractor in extractors:
        for word in getattr(extractor, attribute):
            index[fold(word)] = (*index.get(fold(word), ()), extractor)
    return index


def _fold_program(spelling: str) -> str:
    return (canonical_program(spelling) or "").lower()


def _unwrap(fields: dict[str, Any]) -> dict[str, Any]:
    """Return an event whose program no field names as its details or its text name it."""
    program = fields["details"].get("program")
    if type(program) is str:
        return {**fields, "processname": program}
    line = read_line(fields["summary"], fields.get("eventsource"))
    if line is None:
        return fields
    return {**fields, "processname": line.program, "processid": line.pid, "summary": line.text}


def _header(event: Mapping[str, Any]) -> Details:
    facts = {"program": event["processname"], "processid": event["processid"]}
    return {name: value for name, value in facts.items() if value}


def _run(chosen: Chosen, event: Mapping[str, Any], fields: dict[str, Any]) -> tuple[str, ...]:
    failed: tuple[str, ...] = ()
    for extractor in chosen:
        try:
            said = extractor.extract(event)
            if not said:
                continue
            said = checked(said)
        except Exception as defect:  # noqa: BLE001  whatever it is, the event is not to pay for it
            failed += (extractor.name,)
            blame(fields, extractor.name, type(defect).__name__)
        else:
            if write(fields, said):
                fields["mozdef"]["plugins"].append(extractor.name)
    return failed


def blame(fields: dict[str, Any], name: str, reason: str) -> None:
    """Mark an event with an extractor that could not say what it states."""
    if FAILED_TAG not in fields["tags"]:
        fields["tags"] = [*fields["tags"], FAILED_TAG]
    fields["errors"] = [*fields.get("errors", ()), f"extractor {name}: {reason}"]
