from mqworker.core.correlation.answer import Ambiguous, Fill
from mqworker.core.correlation.cluster import Agreement, Cluster
from mqworker.core.correlation.group import Group, moment

LATER, EVIDENCE, EARLIER = moment(2, "e"), moment(1, "e"), moment(0, "e")


def agreed(*notes):
    agreement = Agreement(2)
    for position, value in notes:
        agreement.note(position, value, EVIDENCE)
    return agreement


def test_what_confirms_a_fill_later_changes_nothing():
    agreement = agreed((0, "joe"), (0, "joe"))
    assert not agreement.is_broken(("joe", "x"), LATER)
    assert not agreement.is_broken((None, "x"), EARLIER)


def test_another_value_or_an_earlier_moment_may_change_a_fill():
    agreement = agreed((0, "joe"))
    assert agreement.is_broken(("ann", None), LATER)
    assert agreement.is_broken(("joe", None), EARLIER)


def test_what_is_among_the_candidates_already_changes_nothing():
    agreement = agreed((1, ("ann", "joe")))
    assert not agreement.is_broken((None, "ann"), LATER)
    assert agreement.is_broken((None, "bob"), LATER)


def test_of_two_waiters_only_what_changes_neither_changes_nothing():
    agreement = agreed((0, ("ann", "joe")), (0, "joe"))
    assert not agreement.is_broken(("joe", None), LATER)
    assert agreement.is_broken(("ann", None), LATER)
    agreement.note(0, "bob", EVIDENCE)
    assert all(agreement.is_broken((name, None), LATER) for name in ("ann", "bob", "joe"))


def test_a_cluster_has_what_the_clusters_have_that_became_a_part_of_it():
    waiter = Group(("l",), (None, "x"), 0, "events", moment(0, "w"))
    one, other, last = Cluster(), Cluster(), Cluster()
    one.settle(waiter, 0b01, {0: Fill("joe", "l", "e", 1, 1)})
    other.settle(waiter, 0b01, {0: Ambiguous(("ann", "bob"), 2)})
    other.await_answer(waiter)
    other.known = 0b10
    one.take(other)
    last.take(one)
    assert last is other.root() is one.root()
    assert (0b10, 0b01, 0) == (last.known, last.distant, last.open)
    assert ([waiter], [waiter]) == (last.unsettled, last.pending)
    assert last.near.is_broken(("ann", None), LATER)
    assert not last.far.is_broken(("ann", None), LATER)
