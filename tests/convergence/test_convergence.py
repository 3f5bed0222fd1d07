"""Whatever the order, the batches, the workers and the kills: the documents are the same."""

from collections import Counter
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.convergence import reference
from tests.convergence.logs import IDENTITY, RULES, logs
from tests.convergence.simulation import Simulation, compiled, happened, stated_event

LIMITS = {"hot": 5, "max_hops": 3, "cap": 10}
COMPILED = compiled(RULES, IDENTITY, **LIMITS)


def expected(messages):
    """Return what the reference says of these messages."""
    events = {}
    for name, body in messages:
        at = round(datetime.fromisoformat(body["timestamp"]).timestamp() * 1000)
        events[name] = (at, stated_event(name, body))
    return reference.documents(events, RULES, IDENTITY, LIMITS)


def played(messages, chance, rules=COMPILED, prepare=lambda _: None):
    """Send the messages in some order, some twice, through workers that die; return the end."""
    order = messages + [message for message in messages if chance.random() < 0.1]
    chance.shuffle(order)
    simulation = Simulation(rules, chance.randint(1, 4), chance.choice([1, 1, 2, 4]))
    prepare(simulation)
    kills = chance.choice([0, 0, 1, 2, 3])
    simulation.send(order)
    for _ in range(chance.randint(20, 250)):
        which = chance.randrange(len(simulation.running))
        action = chance.random()
        if action < 0.45:
            simulation.turn(which)
        elif action < 0.9:
            simulation.step(which, chance)
        elif action < 0.95:
            simulation.land(chance)
        elif kills:
            kills -= 1
            simulation.kill(which, chance)
    simulation.settle(chance)
    return simulation


seen: Counter[str] = Counter()


@settings(max_examples=300, deadline=None)
@given(logs, st.randoms(use_true_random=False))
def test_documents_are_those_of_the_reference(messages, chance):
    simulation = played(messages, chance)
    assert expected(messages) == simulation.documents()
    counts = happened(simulation.tally)
    seen.update(["runs"] + [fact for fact in ("filled", "completed", "taken_back") if counts[fact]])


def test_enough_happened_in_the_runs():
    print(seen)
