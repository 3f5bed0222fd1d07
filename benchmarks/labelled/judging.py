"""Documents against the rules, and against the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.labelled.drafts import IDENTITY, Draft
from benchmarks.labelled.oracle import value_of
from benchmarks.labelled.stream import Stream

PROCESS_WINDOW_S = 120.0

Document = dict[str, Any]


@dataclass(slots=True)
class Score:
    """Counts of one field, or of one link.

    lacking: events that do not state the field, though there is a true value.
    known: of these, those of whose activity some event states it.
    right, wrong: fills, by the truth. ambiguous, hot: what was left open for these reasons.
    determined: what the rules say is to be filled. kept: of these, what is filled so exactly.
    broken: what is filled, or left open, otherwise than the rules say.
    """

    lacking: int = 0
    known: int = 0
    right: int = 0
    wrong: int = 0
    ambiguous: int = 0
    hot: int = 0
    determined: int = 0
    kept: int = 0
    broken: int = 0

    @property
    def precision(self) -> float:
        """The share of fills that are right."""
        return ratio(self.right, self.right + self.wrong)

    @property
    def recall_of_rules(self) -> float:
        """The share of what the rules determine that is filled so."""
        return ratio(self.kept, self.determined)

    @property
    def recall_of_known(self) -> float:
        """The share of what somebody of the activity states that is filled, and right."""
        return ratio(self.right, self.known)


@dataclass(slots=True)
class Judgment:
    """Everything that was found out.

    misstated: what an event states, by field or by its text, and is not true.
    causes: wrong fills, by field and by why no rule could know.
    """

    fields: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    links: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    misstated: Counter[str] = field(default_factory=Counter)
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing_documents: int = 0

    @property
    def broken(self) -> int:
        """What is otherwise than the rules say."""
        return sum(score.broken for score in self.fields.values()) + self.missing_documents


class Judge:
    """Compares documents with what the rules say of them, and with the truth."""

    def __init__(self, stream: Stream, expected: Mapping[str, Document]) -> None:
        self.stream = stream
        self.expected = expected
        self.judgment = Judgment()
        self.spoken = set(self.read_spoken())
        self.begun = {
            labelled.draft.activity: labelled.draft.at
            for labelled in stream.events.values()
            if labelled.draft.begins
        }

    def judge(self, found: Mapping[str, Document]) -> Judgment:
        """Return what is to be said of all documents."""
        for name, labelled in self.stream.events.items():
            if name not in found:
                self.judgment.missing_documents += 1
                continue
            for each in IDENTITY:
                self.judge_field(each, labelled.draft, self.expected[name], found[name])
        return self.judgment

    def read_spoken(self) -> Iterator[tuple[int, str, str]]:
        """Give which activity states which value of which field."""
        for name, labelled in self.stream.events.items():
            for each in IDENTITY:
                if value := stated(self.expected[name], each):
                    yield labelled.draft.activity, each, value

    def judge_field(self, name: str, draft: Draft, expected: Document, found: Document) -> None:
        """Compare one field of one document."""
        truth, said, score = (
            draft.truth.of(name),
            stated(expected, name),
            self.judgment.fields[name],
        )
        if said is not None:
            self.judgment.misstated[name] += said != truth
            score.broken += stated(found, name) != said
            return
        if truth is not None:
            score.lacking += 1
            score.known += (draft.activity, name, truth) in self.spoken
        due, told = finding(expected, name), finding(found, name)
        score.broken += told != due
        if due[0] == "filled":
            for each in (score, self.judgment.links[due[1]["link"]]):
                each.determined += 1
                each.kept += told == due
        score.ambiguous += told[0] == "ambiguous"
        score.hot += told[0] == "hot"
        if told[0] == "filled":
            self.judge_fill(name, draft, told[1])

    def judge_fill(self, name: str, draft: Draft, entry: dict[str, Any]) -> None:
        """Compare a fill with the truth."""
        is_right = entry["value"] == draft.truth.of(name)
        for each in (self.judgment.fields[name], self.judgment.links[entry["link"]]):
            each.right += is_right
            each.wrong += not is_right
        if not is_right:
            self.judgment.causes[name, self.cause(draft, entry)] += 1

    def cause(self, draft: Draft, entry: dict[str, Any]) -> str:
        """Say why a fill is wrong that the rules call for."""
        evidence = self.stream.events[entry["from"]].draft
        if evidence.activity == draft.activity and draft.truth.username is None:
            return "a connection tried several accounts, and one of them is stated nearby"
        if evidence.activity == draft.activity:
            return "somebody moved on within a session, and only the old value is stated nearby"
        if entry["link"] == "connection-port":
            return "several people came through one port of a proxy that does not say what it is"
        if entry["link"] != "process":
            return f"the number of a {entry['link']} was given again within its window"
        begun = self.begun.get(draft.activity)
        if begun is None or abs(begun - draft.at) > PROCESS_WINDOW_S:
            return "a process ID was used again, without a line that the process is new"
        return "a process ID was used again, and the line that it is new does not say for whom"


def stated(document: Document, name: str) -> str | None:
    """Return what a document states in a field, correlation apart."""
    heading, _ = finding(document, name)
    return None if heading == "filled" else value_of(document, name)


def finding(document: Document, name: str) -> tuple[str, dict[str, Any]]:
    """Return under which heading correlation tells what of a field; "" for nothing."""
    for heading, entries in document.get("correlation", {}).items():
        for entry in entries:
            if entry["field"] == name:
                return heading, entry
    return "", {}


def ratio(part: int, whole: int) -> float:
    """Return a share; of nothing, all of it."""
    return part / whole if whole else 1.0
