from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mqworker.core.correlation.reach import affected
from mqworker.core.correlation.replica import Replica
from mqworker.core.correlation.retention import Retention
from mqworker.core.correlation.rules import Rule, Rules, path
from mqworker.core.correlation.sighting import SEPARATOR, Sighting
from mqworker.core.correlation.walk import resolve

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
NOW = 1_800_000_000_000 // DAY * DAY
RULES = Rules(
    identity=(path("details.username"),),
    rules={"session": Rule("session", (), frozenset({0}), 5, 2)},
    lateness=3,
)
SPAN = RULES.reach + RULES.lateness


def played(times, now=NOW):
    """Return what is still kept after events at these minutes, in this order."""
    retention = Retention(RULES)
    for minute in times:
        retention.touch(minute * MINUTE, now)
        retention.close()
    return set(retention.buckets)


TODAY = NOW // MINUTE - 600


def test_a_stream_keeps_its_last_span_and_no_more():
    assert played(range(TODAY, TODAY + 500)) == set(range(TODAY + 500 - SPAN, TODAY + 500))


def test_one_event_from_far_ahead_evicts_nothing():
    stream = [*range(TODAY, TODAY + 5), TODAY + 40_000_000, TODAY + 5]
    assert set(range(TODAY, TODAY + 6)) <= played(stream)


def test_events_of_the_minutes_to_come_evict_nothing():
    now = TODAY + SPAN - 1
    forged = range(now + 1, now + 10 * SPAN)
    assert set(range(TODAY, now)) <= played([*range(TODAY, now), *forged], now * MINUTE)


def test_events_ahead_of_the_clock_are_forgotten_like_any_other():
    retention = Retention(RULES)
    for minute in range(TODAY, TODAY + 20 * SPAN):
        retention.touch((minute + SPAN) * MINUTE, minute * MINUTE)
        retention.touch(minute * MINUTE, minute * MINUTE)
        retention.close()
    assert len(retention.buckets) <= 4 * SPAN


def test_what_a_worker_remembers_whose_clock_is_late_is_bounded():
    retention = Retention(RULES)
    for minute in range(TODAY, TODAY + 20 * SPAN):
        retention.touch(minute * MINUTE, (minute - 10 * SPAN) * MINUTE)
        retention.close()
    assert len(retention.buckets) <= 4 * SPAN


def test_a_backlog_is_forgotten_as_it_is_read_also_beside_todays_events():
    yesterday = TODAY - 24 * 60
    mixed = [TODAY]
    for minute in range(400):
        mixed += [yesterday + minute, TODAY + minute // 100]
    kept = played(mixed)
    assert len([bucket for bucket in kept if bucket < TODAY - 1000]) <= 2 * SPAN
    assert set(range(TODAY, TODAY + 4)) <= kept


def test_a_quiet_night_evicts_nothing_before_its_time():
    kept = played([TODAY - 600, TODAY - 599, TODAY])
    assert {TODAY - 600, TODAY - 599, TODAY} <= kept


def test_nothing_is_kept_for_ever_where_nothing_follows():
    stray = TODAY - 5000
    assert stray not in played([stray, *range(TODAY, TODAY + 4 * SPAN)])


def stream(chance, start, minutes, prefix):
    """Return sightings of one stream, in the order of their time."""
    made = []
    for number in range(chance.randint(5, 60)):
        at = (start + chance.randint(0, minutes)) * MINUTE
        link = "session" + SEPARATOR + prefix + chance.choice("abc")
        stated = (chance.choice([None, None, "joe", "ann"]),)
        made.append(Sighting(f"{prefix}{number:03}", "events", at, False, (link,), stated))
    return sorted(made, key=lambda sighting: sighting.at)


def merged(chance, apart):
    """Let two streams run beside each other, each event late by less than the lateness.

    They keep their distance, but for a backlog of the day before, which is read faster.
    """
    late = (RULES.lateness - 1) * MINUTE
    pace = 10 if apart > 1000 else 1
    live = [(made.at - TODAY * MINUTE, made) for made in stream(chance, TODAY, 120, "x")]
    start = TODAY - apart
    other = [(made.at - start * MINUTE, made) for made in stream(chance, start, 120, "y")]
    turns = [(since + chance.randint(0, late), made) for since, made in live]
    turns += [((since + chance.randint(0, late)) / pace, made) for since, made in other]
    return [made for _, made in sorted(turns)]


def answers(order, *, evicting):
    """Return everybody's answer in the end, kept up to date as events come."""
    replica, retention, found = Replica(RULES), Retention(RULES), {}
    for sighting in order:
        retention.touch(sighting.at, NOW)
        change = replica.absorb(sighting)
        found[sighting.id] = resolve(replica, sighting)
        for waiter in affected(replica, change, set()) if change else ():
            found[waiter.id] = resolve(replica, waiter)
        if evicting:
            replica.evict(retention.close())
    return found


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from([0, 7, 11, 13, 24 * 60]))
def test_eviction_changes_no_answer_whatever_streams_run_beside_each_other(seed, apart):
    order = merged(Random(seed), apart)
    assert answers(order, evicting=False) == answers(order, evicting=True)
