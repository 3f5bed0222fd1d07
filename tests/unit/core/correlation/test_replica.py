from hypothesis import given, settings
from hypothesis import strategies as st

from mqworker.core.correlation import index
from mqworker.core.correlation.reach import affected
from mqworker.core.correlation.replica import Replica
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.correlation.walk import resolve
from tests.unit.core.correlation.events import RULES, expected, logs, sighting, spelled

LINK = "session\x1fa"


def absorbed(events):
    """Return a replica that knows these events."""
    replica = Replica(RULES)
    for made in events:
        replica.absorb(sighting(made))
    return replica


def news(before, after, new):
    """Return the IDs of those whose answers are others now, the new event apart."""
    return {name for name, answer in after.items() if name != new and before.get(name) != answer}


@settings(max_examples=300, deadline=None)
@given(logs, st.randoms(use_true_random=False))
def test_a_change_names_those_whose_answers_it_changes_and_where_it_names_them_no_others(
    events, chance
):
    replica, known = Replica(RULES), []
    chance.shuffle(events)
    before = {}
    for made in events:
        own = chance.random() < 0.6
        known.append(made)
        change = replica.absorb(sighting(made), own=own)
        after = expected(known)
        if own:
            told = {each.id for each in affected(replica, change, set())} if change else set()
            changed = news(before, after, made["id"])
            assert changed <= told
            if change is None or change.waiters is not None:
                assert told - {made["id"]} == changed
        before = after


def test_who_finds_a_value_at_the_second_link_hears_of_one_at_the_first():
    events = [
        {"id": "waiter", "links": [("connection", "a")], "stated": {}},
        {"id": "bridge", "links": [("connection", "a"), ("session", "a")], "stated": {}},
        {"id": "login", "links": [("session", "a")], "stated": {"user": "joe"}},
    ]
    replica = absorbed([{"at": 0, **made} for made in events])
    other = {"id": "other", "at": 1, "links": [("session", "a")], "stated": {"user": "joe"}}
    assert replica.absorb(sighting(other)) is None
    nearer = {"id": "nearer", "at": 2, "links": [("connection", "a")], "stated": {"user": "joe"}}
    change = replica.absorb(sighting(nearer))
    assert ["waiter"] == [each.id for each in affected(replica, change, set())]


def test_an_earlier_event_of_the_same_kind_is_no_news_to_the_later_ones():
    link = {"links": [("session", "c")]}
    events = [
        {"id": "later", "at": 300_001, **link, "stated": {"ip": "3"}},
        {"id": "evidence", "at": 0, **link, "stated": {"session": "1"}},
    ]
    replica = absorbed(events)
    earlier = {"id": "earlier", "at": 300_000, **link, "stated": {"ip": "3"}}
    assert replica.absorb(sighting(earlier)) is None


def test_the_first_two_of_a_link_hear_of_each_other():
    replica = Replica(RULES)
    waiter = Sighting("w", "events", 0, False, (LINK,), (None, None, "joe"))
    evidence = Sighting("e", "events", 5, False, (LINK,), ("192.0.2.1", None, None))
    assert replica.absorb(waiter) is None
    change = replica.absorb(evidence)
    assert ["w"] == [each.id for each in affected(replica, change, set())]


@settings(max_examples=200, deadline=None)
@given(logs, st.sampled_from([lambda _: 7, len, lambda text: ord(text[-1])]))
def test_links_of_equal_hashes_are_never_taken_for_each_other(events, bad):
    index.hash = bad
    try:
        replica = absorbed(events)
        found = {made["id"]: spelled(resolve(replica, sighting(made))) for made in events}
        assert expected(events) == found
        replica.evict(range(100))
        assert is_empty(replica)
    finally:
        del index.hash


@settings(max_examples=200, deadline=None)
@given(logs, st.sets(st.integers(0, 20)))
def test_what_is_forgotten_might_never_have_been(events, buckets):
    replica = absorbed(events)
    replica.evict(buckets)
    left = [made for made in events if made["at"] // 60_000 not in buckets]
    found = {made["id"]: spelled(resolve(replica, sighting(made))) for made in left}
    assert expected(left) == found
    replica.evict(range(100))
    assert is_empty(replica)


def is_empty(replica):
    return not (replica.entries or replica.alone or replica.groups or replica.lone)


def test_the_first_time_of_an_event_without_one_counts_until_it_is_forgotten():
    replica = Replica(RULES)
    first = Sighting("a", "events", 60_000, True, (LINK,), (None, None, None))
    again = first.moved(120_000)
    replica.absorb(replica.fixed(first))
    assert replica.fixed(again).at == 60_000
    replica.evict([1])
    assert replica.fixed(again).at == 120_000


def test_what_is_repeated_is_told_to_everybody_in_reach_again():
    replica = Replica(RULES)
    waiter = Sighting("w", "events", 0, False, (LINK,), (None, None, "joe"))
    evidence = Sighting("e", "events", 5, False, (LINK,), ("192.0.2.1", None, None))
    for each in (waiter, evidence):
        replica.absorb(each)
    change = replica.absorb(evidence)
    assert change.repeated
    assert {"w", "e"} == {each.id for each in affected(replica, change, set())}
