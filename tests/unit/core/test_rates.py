from __future__ import annotations

from mqworker.core.rates import rates, spell, together


def test_rates_are_of_what_happened_between_two_counts() -> None:
    found = rates({"received": 100, "stored": 90}, {"received": 150, "stored": 140}, 5.0, 7)
    assert "received 10/s, stored 10/s; 7 in flight" == spell(found)


def test_what_went_wrong_is_shown_when_it_did() -> None:
    found = rates({}, {"received": 5, "retried": 2, "dead_lettered": 1}, 4.0, 0)
    told = "received 1.2/s, stored 0/s, retried 0.5/s, dead letters 0.25/s; 0 in flight"
    assert told == spell(found)


def test_the_rates_of_several_workers_add_up() -> None:
    one = rates({}, {"received": 5, "stored": 5}, 1.0, 3)
    assert "received 10/s, stored 10/s; 6 in flight" == spell(together([one, one]))
    assert "received 0/s, stored 0/s; 0 in flight" == spell(together([]))
