"""What of an event is not to be stored as it is: masked, dropped, or replaced by a keyed hash.

1. It is applied to the whole document, after correlation: events are linked by true values, and
   neither fields nor provenance show them.
2. A value that is hidden in its field is hidden wherever else the document's text holds it: in the
   summary, in the errors, in the tags, anywhere in the details.
3. It changes nothing that is hidden already. So a document that is completed, or a dead letter that
   is replayed, is not hashed twice, and equal values stay equal.
4. What it is given is not changed.

A hash is the first 128 bits of an HMAC-SHA-256 (RFC 2104): `hmac:` and 32 hexadecimal digits. Of
an address it is another address, in fd6d:7177::/32 (unique local, RFC 4193), so that it can be
stored and searched where only addresses can.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import Any, Literal

from mqworker.core.correlation.answer import Ambiguous, Answer, Fill
from mqworker.core.correlation.rules import Rules
from mqworker.core.scrubbing import MASK, is_hidden, scrubber
from mqworker.core.synonyms import UNKNOWN

Action = Literal["drop", "mask", "hash"]

NOTHING = ("", UNKNOWN)
POOL = IPv6Address("fd6d:7177::")
POOL_BITS = 96

TEXTS = ("summary", "errors", "tags", "details")
"""What is searched for hidden values. Other fields are names that senders choose from few."""


@dataclass(frozen=True, slots=True)
class Concealment:
    """One rule: what is done to some fields, each `details.<name>[.<name>…]` or a top-level one."""

    action: Action
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Privacy:
    """The rules, and the key of the hash (32 bytes are enough)."""

    rules: tuple[Concealment, ...]
    key: bytes = b""

    def document(self, fields: dict[str, Any], answer: Answer, names: Rules) -> dict[str, Any]:
        """Return an event as it may be stored.

        Args:
            fields: the event, with what correlation filled in.
            answer: what correlation found for it, with true values.
            names: whose identity fields the answer is about.
        """
        truths = dict(self.truths(fields))
        for position, rule in self.positions(names):
            for value in values_of(answer.get(position)):
                truths.setdefault(value, self.cover(rule.action, value))
        event = {**fields}
        for rule in self.rules:
            for name in rule.fields:
                put(event, name.split("."), partial(self.hide, rule.action))
        if told := self.provenance(event.pop("correlation", {})):
            event["correlation"] = told
        if truths:
            scrub = scrubber(truths)
            event |= {name: scrub(event[name]) for name in TEXTS if name in event}
        return event

    def answer(self, answer: Answer, names: Rules) -> dict[int, Any]:
        """Return an answer as a stored document tells it."""
        shown = dict(answer)
        for position, rule in self.positions(names):
            finding = shown.get(position)
            if rule.action == "drop":
                shown.pop(position, None)
            elif isinstance(finding, Fill):
                shown[position] = finding._replace(value=self.cover(rule.action, finding.value))
            elif isinstance(finding, Ambiguous):
                covered = tuple(self.cover(rule.action, each) for each in finding.candidates)
                shown[position] = finding._replace(candidates=covered)
        return shown

    def provenance(self, correlation: Mapping[str, Any]) -> dict[str, Any]:
        """Return `correlation` with what it tells of hidden fields hidden."""
        actions = {name: rule.action for rule in self.rules for name in rule.fields}
        told = {
            kind: [
                self.entry(actions[one["field"]], one) if one["field"] in actions else one
                for one in entries
                if actions.get(one["field"]) != "drop"
            ]
            for kind, entries in correlation.items()
        }
        return {kind: entries for kind, entries in told.items() if entries}

    def entry(self, action: Action, one: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is told of one hidden field."""
        told = ("value", "was", "candidates")
        return {key: self.hide(action, each) if key in told else each for key, each in one.items()}

    def positions(self, names: Rules) -> Iterator[tuple[int, Concealment]]:
        """Give the identity fields that are hidden, and by which rule."""
        for position, where in enumerate(names.identity):
            for rule in self.rules:
                if str(where) in rule.fields:
                    yield position, rule

    def truths(self, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Give each value that is to be hidden, and what stands for it."""
        for rule in self.rules:
            for name in rule.fields:
                for text in texts(found(fields, name.split("."))):
                    if text not in NOTHING and not is_hidden(text):
                        yield text, self.cover(rule.action, text)

    def hide(self, action: Action, value: Any) -> Any:
        """Return what stands for a value; None for what is dropped, or was nothing."""
        if action == "drop" or value is None:
            return None
        if isinstance(value, list):
            return [self.hide(action, each) for each in value]
        if isinstance(value, dict):
            return {key: self.hide(action, each) for key, each in value.items()}
        return self.cover(action, text_of(value))

    def cover(self, action: Action, text: str) -> str:
        """Return what stands for a text."""
        if text in NOTHING or is_hidden(text):
            return text
        return hashed(self.key, text) if action == "hash" else MASK


def hashed(key: bytes, text: str) -> str:
    """Return the keyed hash of a text, an address for an address."""
    try:
        address = ip_address(text)
    except ValueError:
        return (
            f"hmac:{hmac.digest(key, text.encode('utf-8', 'surrogatepass'), 'sha256').hex()[:32]}"
        )
    number = int.from_bytes(hmac.digest(key, str(address).encode(), "sha256")[: POOL_BITS // 8])
    return str(IPv6Address(int(POOL) + number))


def put(holder: dict[str, Any], way: list[str], hide: Callable[[Any], Any]) -> None:
    """Hide the value at the end of a way; objects on the way are copied before."""
    name, *rest = way
    value = holder.get(name)
    if value is None:
        return
    if rest:
        if isinstance(value, dict):
            holder[name] = dict(value)
            put(holder[name], rest, hide)
        return
    shown = hide(value)
    if shown is None:
        del holder[name]
    else:
        holder[name] = shown


def found(fields: Any, way: list[str]) -> Any:
    """Return the value at the end of a way, None where there is none."""
    for name in way:
        fields = fields.get(name) if isinstance(fields, Mapping) else None
    return fields


def texts(value: Any) -> Iterator[str]:
    """Give each scalar of a value as text, but for what says nothing."""
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, Iterable) and not isinstance(value, str):
        for each in value:
            yield from texts(each)
    elif value is not None and not isinstance(value, bool) and (text := text_of(value)):
        yield text


def text_of(value: Any) -> str:
    """Return a scalar as text, as it stands in JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def values_of(finding: object) -> Iterator[str]:
    """Give the values that a finding tells."""
    if isinstance(finding, Fill):
        yield finding.value
    elif isinstance(finding, Ambiguous):
        yield from finding.candidates
