"""One run: a random log in a random order, through workers that die; and what it has to end in."""

from datetime import datetime

from tests.convergence import reference
from tests.convergence.logs import IDENTITY, RULES
from tests.convergence.simulation import Simulation, compiled, stated_event

LIMITS = {"hot": 5, "max_hops": 3, "cap": 10}
COMPILED = compiled(RULES, IDENTITY, **LIMITS)


def expected(messages):
    """Return what the reference says of these messages."""
    events = {}
    for name, body in messages:
        at = round(datetime.fromisoformat(body["timestamp"]).timestamp() * 1000)
        events[name] = (at, stated_event(name, body))
    return reference.documents(events, RULES, IDENTITY, LIMITS)


def played(messages, chance, privacy=None):
    """Send the messages in some order, some twice, through workers that die; return the end."""
    order = messages + [message for message in messages if chance.random() < 0.1]
    chance.shuffle(order)
    share, outage = chance.choice([0.0, 0.0, 0.2]), chance.choice(["wait", "index"])
    simulation = Simulation(
        COMPILED,
        chance.randint(1, 4),
        chance.choice([1, 1, 2, 4]),
        lambda: chance.random() < share,
        outage,
        privacy,
    )
    simulation.send(order)
    kills = chance.choice([0, 1, 2, 4, 8])
    for _ in range(chance.randint(20, 250)):
        kills -= act(simulation, chance, may_kill=kills > 0)
    simulation.settle(chance)
    return simulation


def act(simulation, chance, *, may_kill):
    """Let one thing happen; tell whether it was a kill."""
    which, action = chance.randrange(len(simulation.running)), chance.random()
    if action < 0.45:
        simulation.turn(which)
    elif action < 0.8:
        simulation.step(which, chance)
    elif action < 0.82:
        simulation.land(chance)
    elif may_kill and (simulation.amends(which) or action < 0.85):
        simulation.kill(which, chance)
        return True
    return False
