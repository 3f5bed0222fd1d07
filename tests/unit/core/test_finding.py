from __future__ import annotations

from mqworker.core.finding import Finding, status_of

GOOD = Finding("broker", "login", "good", "let in")
UNSEEN = GOOD._replace(verdict="unseen")
AWAY = GOOD._replace(verdict="bad", passing=True)
WRONG = GOOD._replace(verdict="bad")


def test_what_is_good_doubtful_or_unseen_is_no_fault() -> None:
    assert 0 == status_of([GOOD, UNSEEN, GOOD._replace(verdict="doubtful")])


def test_a_fault_to_be_mended_counts_before_a_service_that_is_away() -> None:
    assert 69 == status_of([GOOD, AWAY])
    assert 78 == status_of([AWAY, WRONG])
