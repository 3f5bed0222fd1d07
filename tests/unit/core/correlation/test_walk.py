from hypothesis import given, settings
from hypothesis import strategies as st

from mqworker.core.correlation.reach import affected
from mqworker.core.correlation.replica import Replica
from mqworker.core.correlation.walk import resolve
from tests.unit.core.correlation.events import RULES, expected, logs, sighting, spelled


@settings(max_examples=400, deadline=None)
@given(logs)
def test_the_walk_finds_what_the_specification_says(events):
    replica = Replica(RULES)
    for made in events:
        replica.absorb(sighting(made))
    found = {made["id"]: spelled(resolve(replica, sighting(made))) for made in events}
    assert expected(events) == found


@settings(max_examples=400, deadline=None)
@given(logs, st.randoms(use_true_random=False))
def test_answers_kept_up_to_date_by_reach_are_those_of_the_whole_set(events, chance):
    order = events + [made for made in events if chance.random() < 0.2]
    chance.shuffle(order)
    replica, found = Replica(RULES), {}
    for made in order:
        new = sighting(made)
        changed = replica.absorb(new)
        found[made["id"]] = spelled(resolve(replica, new))
        for waiter in affected(replica, changed, set()) if changed else ():
            found[waiter.id] = spelled(resolve(replica, waiter))
    assert expected(events) == found
