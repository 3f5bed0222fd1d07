"""A dead-letter queue that is full, by the policy that `mqworker deadletter policy` prints."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from urllib.parse import quote

from tests.daemons import Daemon, await_condition
from tests.integration.deadletters import LIMIT_S, command
from tests.integration.events import bad_messages, messages
from tests.integration.pairs import Served

ROOM = 100
BAD = 400
PREFETCH = 150
FLAGS = ("--prefetch", f"{PREFETCH}", "--batch-count", "50", "--brake-ratio", "0")


def limit(served: Served) -> None:
    """Set the policy as it is printed."""
    told = json.loads(command(served, "policy", "--json", "--dead-limit", str(ROOM)))
    printed = shlex.split(command(served, "policy", "--dead-limit", str(ROOM)))
    assert ["rabbitmqctl", "set_policy", "-p", told["vhost"]] == printed[:4]
    assert [told["name"], told["pattern"]] == printed[-3:-1]
    assert told["definition"] == json.loads(printed[-1])
    body = {name: told[name] for name in ("pattern", "definition", "apply-to", "priority")}
    served.rabbitmq.manage(
        "PUT", f"/api/policies/{quote(told['vhost'], safe='')}/{told['name']}", body
    )


def test_a_full_dead_letter_queue_holds_the_worker_and_drops_nothing(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    limit(served)
    bad = list(bad_messages(served.run, BAD))
    served.publish(bad)
    daemon = start_daemon(*served.flags, *FLAGS)
    # A queue with a limit takes a few more than that before it refuses.
    await_condition(lambda: served.dead_count() >= ROOM, LIMIT_S, daemon.log)
    daemon.await_words("is a queue full?", 2)

    held = served.depth()
    assert PREFETCH == held.unsettled
    assert BAD == served.dead_count() + sum(held)

    full = json.loads(command(served, "list", "--json", "--dead-limit", str(ROOM)))
    assert full["limit"] == ROOM <= full["ready"]
    assert (served.dead_count(), 0) == (full["letters"], full["copies"])

    seen = set()
    # In this order: whatever has left the queue is in the other one by then.
    while sum(served.depth()) or served.dead_count():
        letters = served.dead(take=True)
        seen |= {letter.body for letter in letters}
    assert {each.body for each in bad} == seen

    served.publish(messages(served.run, 20))
    await_condition(lambda: served.stored() == 20, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()
