"""Conditions of rules made ready for use: may this event have the rule's link?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, final

from mqworker.core.correlation.rules import Condition, Path
from mqworker.core.correlation.values import SPARE, Cleaner, cleaner, is_present

Fields = dict[str, Any]

_LONGEST_JUDGED: Final = 128


@final
class Field:
    """A field of an event, and how its text is read.

    spare: the name in `details` that serves where the field says nothing, "" for none.
    """

    __slots__ = ("clean", "in_details", "name", "spare")

    def __init__(self, where: Path) -> None:
        self.in_details, self.name = where
        self.clean = cleaner(where)
        self.spare = SPARE.get(where, "")

    def value(self, event: Fields, details: Fields) -> object:
        """Return what stands in the field itself."""
        return (details if self.in_details else event).get(self.name)

    def text(self, event: Fields, details: Fields) -> str | None:
        """Return the field's text; None when it says nothing."""
        value = self.value(event, details)
        text = None if value is None else self.clean(value)
        if text is None and self.spare:
            text = self.clean(details.get(self.spare))
        return text


class Check:
    """Whether a condition holds."""

    def holds(self, event: Fields, details: Fields) -> bool:
        """Tell it of an event and its details."""
        raise NotImplementedError


@final
class OneOf(Check):
    """A field is one of some."""

    def __init__(self, condition: Condition) -> None:
        self.field = Field(condition.field)
        clean = self.field.clean
        allowed = lowered(condition.any_of, clean)

        def judge(value: object) -> bool | None:
            text = clean(value)
            return None if text is None else text.lower() in allowed

        self.judge = judge
        self.judged = lru_cache(maxsize=1024)(judge)

    def holds(self, event: Fields, details: Fields) -> bool:
        """See `Check.holds`."""
        value = self.field.value(event, details)
        known = type(value) is str and len(value) <= _LONGEST_JUDGED
        verdict = self.judged(value) if known else self.judge(value)
        if verdict is None and self.field.spare:
            verdict = self.judge(details.get(self.field.spare))
        return verdict is True


@final
class NoneOf(Check):
    """A field is none of some, and starts with none of some."""

    def __init__(self, condition: Condition) -> None:
        self.field = Field(condition.field)
        self.banned = lowered(condition.none_of, self.field.clean)
        self.prefixes = tuple(prefix.lower() for prefix in condition.no_prefix)
        self.longest = max(map(len, [*self.banned, *self.prefixes]))

    def holds(self, event: Fields, details: Fields) -> bool:
        """See `Check.holds`."""
        text = (self.field.text(event, details) or "")[: self.longest + 1].lower()
        return text not in self.banned and not text.startswith(self.prefixes)


@final
class NonePresent(Check):
    """Several fields hold nothing; most events have none of the names."""

    def __init__(self, fields: Iterable[Path]) -> None:
        self.inner = [where.name for where in fields if where.in_details]
        self.outer = [where.name for where in fields if not where.in_details]

    def holds(self, event: Fields, details: Fields) -> bool:
        """See `Check.holds`."""
        for name in self.inner:
            if name in details and is_present(details[name]):
                return False
        return not any(name in event and is_present(event[name]) for name in self.outer)


def prohibitions(conditions: Iterable[Condition]) -> list[Check]:
    """Return what checks that nothing is there that a rule is not for."""
    checks: list[Check] = []
    absent = dict.fromkeys(condition.field for condition in conditions if condition.absent)
    if absent:
        checks.append(NonePresent(absent))
    checks += [NoneOf(each) for each in conditions if each.none_of or each.no_prefix]
    return checks


def lowered(values: Iterable[str], clean: Cleaner) -> frozenset[str]:
    """Return values as a field's are compared; a word for no value stands for none."""
    return frozenset((clean(value) or "").lower() for value in values)
