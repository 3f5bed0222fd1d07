"""What the rules say, applied by the letter to the whole set of events: slow, and simple.

It reads the rules file itself and shares nothing with the worker's resolver, so that the two can
be held against each other. `tests/convergence/reference.py` is slower and simpler still; a test
compares them.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import resources
from math import ceil
from typing import Any, NamedTuple

NOTHING = {"", "-", "unknown", "null"}
UNITS = {"s": 1, "m": 60, "h": 3600}

Event = dict[str, Any]
Link = tuple[str, str]


class Seen(NamedTuple):
    """An event as the rules see it: `at` in milliseconds, what it states by field."""

    name: str
    at: int
    links: tuple[Link, ...]
    stated: dict[str, str]


class Rulebook:
    """A rules file, read."""

    def __init__(self, text: str) -> None:
        plain = tomllib.loads(text)
        self.identity: list[str] = plain["identity"]
        self.bucket_ms = seconds(plain.get("bucket", "1m")) * 1000
        self.max_hops: int = plain.get("max_hops", 3)
        self.hot: int = plain.get("hot", 500)
        self.candidates: int = plain.get("candidates", 10)
        self.rules = {rule["name"]: rule for rule in plain["rule"]}
        for rule in self.rules.values():
            for side in ("before", "after"):
                rule[side] = ceil(seconds(rule[side]) * 1000 / self.bucket_ms)


def shipped() -> Rulebook:
    """Return the rules that mqworker ships."""
    return Rulebook(resources.files("mqworker.config").joinpath("correlation.toml").read_text())


def seconds(text: str) -> int:
    """Read a duration."""
    return int(text[:-1]) * UNITS[text[-1]]


def value_of(event: Event, field: str) -> str | None:
    """Return what an event states in a field, as values are compared."""
    holder = event["details"] if field.startswith("details.") else event
    value = holder.get(field.removeprefix("details."))
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip()
    if text.lower() in NOTHING:
        return None
    if field.endswith("ipaddress"):
        address = ipaddress.ip_address(text)
        return str(getattr(address, "ipv4_mapped", None) or address)
    return text


def links_of(event: Event, book: Rulebook) -> Iterator[Link]:
    """Give the links of an event."""
    for name, rule in book.rules.items():
        parts = [value_of(event, field) for field in rule["fields"]]
        if None in parts or not allowed(event, rule):
            continue
        if "scope" in rule and len(parts[0] or "") < rule.get("scope_below", 10**9):
            parts += [value_of(event, field) for field in rule["scope"]]
        if None not in parts:
            yield name, "\x1f".join(map(str, parts))


def allowed(event: Event, rule: dict[str, Any]) -> bool:
    """Tell whether the conditions of a rule hold."""
    for only in rule.get("only", ()):
        if (value_of(event, only["field"]) or "").lower() not in map(str.lower, only["is"]):
            return False
    for never in rule.get("never", ()):
        if any(value_of(event, field) for field in never.get("present", ())):
            return False
        text = (value_of(event, never.get("field", "summary")) or "").lower()
        if text in map(str.lower, never.get("is", ())):
            return False
        if text.startswith(tuple(map(str.lower, never.get("starts_with", ())))):
            return False
    return True


def see(name: str, at: int, event: Event, book: Rulebook) -> Seen:
    """Return an event as the rules see it."""
    stated = {field: value for field in book.identity if (value := value_of(event, field))}
    return Seen(name, at, tuple(links_of(event, book)), stated)


class Oracle:
    """All events, by link and bucket."""

    def __init__(self, events: Iterable[Seen], book: Rulebook) -> None:
        self.book = book
        self.shelves: dict[Link, dict[int, list[Seen]]] = defaultdict(lambda: defaultdict(list))
        for event in events:
            for link in event.links:
                self.shelves[link][event.at // book.bucket_ms].append(event)

    def answers(self, event: Seen) -> dict[str, Any]:
        """Return what is found for each field that an event does not state."""
        found = {
            field: self.answer(event, field)
            for field in self.book.identity
            if field not in event.stated
        }
        return {field: answer for field, answer in found.items() if answer}

    def answer(self, start: Seen, field: str) -> tuple[str, dict[str, Any]] | None:
        """Walk breadth first from one event; return under which heading what is told."""
        reached, frontier = {start.name}, [start]
        for hops in range(1, self.book.max_hops + 1):
            met: dict[str, tuple[Seen, set[str]]] = {}
            hot: set[str] = set()
            for event in frontier:
                for link in event.links:
                    if field in self.book.rules[link[0]]["carries"]:
                        self.follow(start, link, met, hot)
            if hot:
                return "hot", {"link": min(hot), "hops": hops}
            new = [pair for name, pair in met.items() if name not in reached]
            if not new:
                return None
            if stating := [pair for pair in new if field in pair[0].stated]:
                return self.judged(start, field, stating, hops)
            reached |= {event.name for event, _ in new}
            frontier = [event for event, _ in new]
        return None

    def follow(
        self, start: Seen, link: Link, met: dict[str, tuple[Seen, set[str]]], hot: set[str]
    ) -> None:
        """Note the events that share a link, within its window around the start's own time."""
        rule, middle = self.book.rules[link[0]], start.at // self.book.bucket_ms
        shelves = self.shelves[link]
        for bucket in range(middle - rule["before"], middle + rule["after"] + 1):
            events = shelves.get(bucket, ())
            if len(events) > self.book.hot:
                hot.add(link[0])
                continue
            for event in events:
                met.setdefault(event.name, (event, set()))[1].add(link[0])

    def judged(
        self, start: Seen, field: str, stating: list[tuple[Seen, set[str]]], hops: int
    ) -> tuple[str, dict[str, Any]]:
        """Return the one value that is stated at this distance, or that there are several."""
        values = sorted({event.stated[field] for event, _ in stating})
        if len(values) > 1:
            return "ambiguous", {"candidates": values[: self.book.candidates], "hops": hops}
        first, names = min(stating, key=lambda pair: (pair[0].at, pair[0].name))
        return "filled", {
            "value": values[0],
            "link": min(names),
            "from": first.name,
            "hops": hops,
            "seconds": (first.at - start.at) / 1000,
        }


def completed(event: Event, answers: dict[str, Any]) -> Event:
    """Return the document that an event has to become."""
    document: Event = {**event, "details": dict(event["details"])}
    correlation: dict[str, list[Event]] = {}
    for field in sorted(answers):
        heading, told = answers[field]
        entry = {"field": field, **told}
        if heading == "filled":
            name = field.removeprefix("details.")
            if name in document["details"]:
                entry["was"] = document["details"][name]
            document["details"][name] = told["value"]
        correlation.setdefault(heading, []).append(entry)
    return {**document, "correlation": correlation} if correlation else document
