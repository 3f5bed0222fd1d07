"""The rules of correlation as data: which fields link events, how far, and what they may carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Path(NamedTuple):
    """A field of the canonical event: `details.<name>` or a top-level one."""

    in_details: bool
    name: str

    def __str__(self) -> str:
        return f"details.{self.name}" if self.in_details else self.name


def path(text: str) -> Path:
    """Read a field's name as people write it."""
    return Path(True, text[8:]) if text.startswith("details.") else Path(False, text)


@dataclass(frozen=True, slots=True)
class Condition:
    """Which events a rule is for, by one field; all conditions of a rule have to hold.

    field: the field that is looked at; its text is compared in lower case.
    any_of: the field is one of these. none_of: it is none of these.
    no_prefix: it starts with none of these.
    absent: it holds nothing.
    """

    field: Path
    any_of: frozenset[str] = frozenset()
    none_of: frozenset[str] = frozenset()
    no_prefix: tuple[str, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of link.

    name: what people call it; in provenance too.
    fields: form the link's value together; an event that lacks one of them has no such link.
    scope: more fields of the value.
    scope_below: use the scope only for values shorter than this many characters; None: always.
    carries: positions in `Rules.identity` of the fields that may be filled over it.
    before, after: the window around an event's own time, in buckets.
    conditions: which events may have this link.
    """

    name: str
    fields: tuple[Path, ...]
    carries: frozenset[int]
    before: int
    after: int
    scope: tuple[Path, ...] = ()
    scope_below: int | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that the operator says about correlation.

    identity: the fields that are filled.
    rules: by name.
    bucket_s: the width of an event-time bucket, in seconds; windows are whole buckets.
    lateness: buckets by which an event may come later than others of its time.
    max_hops: how many links a walk follows.
    hot: more distinct events than this in one bucket of a link make it hot: no walk passes it.
    most_candidates: how many are listed for an ambiguous field.
    names: of the identity fields, as people write them.
    """

    identity: tuple[Path, ...]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    bucket_s: int = 60
    lateness: int = 15
    max_hops: int = 3
    hot: int = 500
    most_candidates: int = 10
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Write the names of the identity fields down, which every fill tells."""
        object.__setattr__(self, "names", tuple(map(str, self.identity)))

    @property
    def before(self) -> int:
        """The buckets before an event's own that the widest window holds."""
        return max((rule.before for rule in self.rules.values()), default=0)

    @property
    def after(self) -> int:
        """The buckets after an event's own that the widest window holds."""
        return max((rule.after for rule in self.rules.values()), default=0)

    @property
    def reach(self) -> int:
        """How many buckets apart two events can matter to each other."""
        return self.before + self.after
