from mqworker.core.correlation.answer import Ambiguous, Fill
from mqworker.telemetry import Tally


def test_fills_are_counted_by_field_and_link():
    tally = Tally()
    tally.fill({0: Fill("ann", "session", "e", 1, 5), 2: Ambiguous(("a", "b"), 1)})
    tally.fill({0: Fill("bob", "session", "e", 1, 5)})
    assert ({(0, "session"): 2}, 2) == (dict(tally.fills), tally.counts["filled"])


def test_dead_letters_are_counted_by_the_stage_that_refused_them():
    tally = Tally()
    tally.bury("decode")
    tally.bury("write")
    tally.bury("decode")
    assert ({"decode": 2, "write": 1}, 3) == (dict(tally.letters), tally.counts["dead_lettered"])


def test_bulks_are_counted_by_how_long_they_took_and_how_large_they_were():
    tally = Tally()
    tally.answer(500, 0.03)
    assert (0.03, 500.0, 1) == (tally.latency.total, tally.sizes.total, tally.counts["bulks"])
