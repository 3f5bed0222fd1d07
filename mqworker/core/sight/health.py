"""Whether workers live, and whether they are ready; and if not, why.

live: starting them again would mend nothing: each that answers gets on. What waits in its start for
a service lives. ready: all of them take messages.
"""

from __future__ import annotations

from collections.abc import Iterator

from mqworker.core.sight.metrics import Instance
from mqworker.core.sight.state import State


def why_not_live(instance: Instance) -> list[str]:
    """Return reasons; none when all is well."""
    if instance.expected and not instance.states:
        return ["no worker answers"]
    return [f"{name(state)}: stuck: {state.trouble}" for state in instance.states if state.trouble]


def why_not_ready(instance: Instance) -> list[str]:
    """Return reasons; none when all is well."""
    reasons = why_not_live(instance)
    missing = instance.expected - len(instance.states)
    if instance.states and missing > 0:
        reasons.append(f"{len(instance.states)} of {instance.expected} workers answer")
    for state in instance.states:
        reasons += [f"{name(state)}: {words}" for words in faults(state)]
    return reasons


def faults(state: State) -> Iterator[str]:
    """Give why a worker takes no messages."""
    if not state.ready:
        yield state.doing or "starting"
    elif not state.consuming:
        yield "the broker is away"
    if state.brake == "holds":
        yield "the brake holds: most of what came was bad"


def name(state: State) -> str:
    """Return what people call a worker."""
    return f"worker {state.worker}"
