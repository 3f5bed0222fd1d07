"""What is connected by links, however far: only within its cluster can a new event matter.

A cluster knows enough of its waiters to say, of most new events, that they change no answer:

1. A waiter that was filled over its own links stays as it is, as long as nobody states another
   value or, for the evidence is the earliest, the same at an earlier moment.
2. A waiter that was filled at the second link likewise, as long as nobody states the field on one
   of the waiter's own links, and no shorter way is made.
3. A waiter that found nothing stays so, as long as nobody states the field in its cluster, in what
   its cluster is connected with, or by a shorter way.

Whatever is not known counts as a change, and windows are left out of account: a cluster may be
wrong to call something news, never to call it none.
"""

from __future__ import annotations

from typing import Final

from mqworker.core.correlation.answer import Ambiguous, Answer, Fill
from mqworker.core.correlation.group import Group, Moment, moment, time_of
from mqworker.core.correlation.linking import Stated

Value = str | tuple[str, ...]
"""What may be stated and changes nothing: one value, or any of several."""

NONE: Final[Value] = ()
"""Whatever is stated may change something."""


class Agreement:
    """What the waiters that were filled at one distance have in common.

    values: for each field, what may be stated; None where no waiter lacks it.
    latest: of the moments of their evidence.
    """

    __slots__ = ("latest", "values")

    def __init__(self, fields: int) -> None:
        self.values: list[Value | None] = [None] * fields
        self.latest: Moment = ""

    def note(self, position: int, value: Value, evidence: Moment) -> None:
        """Take a waiter in."""
        self.values[position] = common(self.values[position], value)
        self.latest = max(self.latest, evidence)

    def join(self, other: Agreement) -> None:
        """Take the waiters of another cluster in."""
        for position, value in enumerate(other.values):
            if value is not None:
                self.note(position, value, other.latest)

    def is_broken(self, stated: Stated, when: Moment) -> bool:
        """Tell whether an event may change a waiter's answer by what it states."""
        is_earlier = when < self.latest
        for value, said in zip(self.values, stated, strict=True):
            if (
                value is not None
                and said is not None
                and said != value
                and (type(value) is str or said not in value)
            ):
                return True
            if is_earlier and value is not None and said is not None:
                return True
        return False


def common(one: Value | None, other: Value) -> Value:
    """Return what changes nothing for either."""
    if one is None or one == other:
        return other
    ones, others = ((each,) if type(each) is str else each for each in (one, other))
    both = tuple([value for value in ones if value in others])
    return both[0] if len(both) == 1 else both


class Cluster:
    """What is known of the waiters of everything that is connected.

    parent: the cluster that this one has become a part of.
    known: the fields that some event states; a bit for each, as in all of these.
    open: those that some waiter found nowhere, or farther than at the second link.
    distant: those that some waiter found at the second link.
    near, far: what was found at the first and at the second link.
    unsettled: the waiters of `open` and `distant`.
    pending: the waiters whose answer is not known here.
    crowded: something is hot here; nothing is known of the waiters.
    """

    __slots__ = (
        *("crowded", "distant", "far", "known", "near", "open", "parent", "pending", "unsettled"),
    )

    def __init__(self) -> None:
        self.parent: Cluster | None = None
        self.known = self.open = self.distant = 0
        self.near: Agreement | None = None
        self.far: Agreement | None = None
        self.unsettled: list[Group] | None = None
        self.pending: list[Group] | None = None
        self.crowded = False

    def root(self) -> Cluster:
        """Return the cluster that this one is a part of by now."""
        cluster = self
        while cluster.parent is not None:
            if cluster.parent.parent is not None:
                cluster.parent = cluster.parent.parent
            cluster = cluster.parent
        return cluster

    def take(self, other: Cluster) -> None:
        """Make another cluster a part of this one."""
        other.parent = self
        self.known |= other.known
        self.open |= other.open
        self.distant |= other.distant
        self.near = joined(self.near, other.near)
        self.far = joined(self.far, other.far)
        if other.unsettled:
            self.unsettled = [*(self.unsettled or ()), *other.unsettled]
        if other.pending:
            self.pending = [*(self.pending or ()), *other.pending]
        if self.crowded or other.crowded:
            self.crowd()
        other.near = other.far = other.unsettled = other.pending = None

    def crowd(self) -> None:
        """Give up knowing anything of the waiters."""
        self.crowded = True
        self.near = self.far = self.unsettled = self.pending = None

    def await_answer(self, waiter: Group) -> None:
        """Take a waiter in whose answer is to be found when it matters."""
        if self.pending is None:
            self.pending = [waiter]
        else:
            self.pending.append(waiter)

    def settle(self, waiter: Group, lacking: int, answer: Answer) -> bool:
        """Take note of a waiter's answer; tell whether it is from the second link.

        Args:
            waiter: the group.
            lacking: the fields that it lacks and that a link of it carries.
            answer: for its first member.
        """
        fields = len(waiter.stated)
        settled, is_far = True, False
        for position in range(fields):
            bit = 1 << position
            if not lacking & bit:
                continue
            match answer.get(position):
                case Fill(hops=1) | Ambiguous(hops=1) as finding:
                    self.near = self.near or Agreement(fields)
                    self.near.note(position, *evidence_of(waiter, finding))
                case Fill(hops=2) | Ambiguous(hops=2) as finding:
                    self.far = self.far or Agreement(fields)
                    self.far.note(position, *evidence_of(waiter, finding))
                    self.distant |= bit
                    settled, is_far = False, True
                case _:
                    self.open |= bit
                    settled = False
        if not settled:
            self.unsettled = [*(self.unsettled or ()), waiter]
        return is_far


def joined(one: Agreement | None, other: Agreement | None) -> Agreement | None:
    """Return what two clusters agree on together."""
    if one is not None and other is not None:
        one.join(other)
    return one or other


def evidence_of(waiter: Group, finding: Fill | Ambiguous) -> tuple[Value, Moment]:
    """Return what may be stated without changing a finding, and the moment of its evidence."""
    if isinstance(finding, Ambiguous):
        return finding.candidates, ""
    when = time_of(waiter.first) + finding.milliseconds
    return finding.value, moment(when, finding.evidence)
