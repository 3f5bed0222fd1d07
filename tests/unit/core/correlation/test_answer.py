import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.correlation.answer import Ambiguous, Fill, Hot, better

FILL = Fill("joe", "session", "e5", 2, 500)


@pytest.mark.parametrize(
    "improved",
    [
        Fill("ann", "session", "e9", 1, 900),
        Ambiguous(("ann", "joe"), 2),
        Hot("process", 2),
        Fill("joe", "session", "e4", 2, 400),
        Fill("joe", "session", "e4", 2, 500),
    ],
)
def test_a_better_finding_replaces_a_worse_one_and_never_the_other_way(improved):
    assert better({0: improved}, {0: FILL}) == {0: improved}
    assert better({0: FILL}, {0: improved}) == {0: improved}


def test_more_candidates_are_better_than_fewer():
    two, three = Ambiguous(("a", "b"), 1), Ambiguous(("a", "b", "c"), 1)
    assert better({0: two}, {0: three}) == {0: three}


def test_a_hot_link_beats_candidates_at_the_same_distance_only():
    assert better({0: Hot("p", 2)}, {0: Ambiguous(("a", "b"), 2)}) == {0: Hot("p", 2)}
    assert better({0: Hot("p", 2)}, {0: Ambiguous(("a", "b"), 1)}) == {0: Ambiguous(("a", "b"), 1)}


texts = st.sampled_from("abc")
findings = st.one_of(
    st.builds(Fill, texts, texts, texts, st.integers(1, 3), st.integers(-3, 3)),
    st.builds(
        Ambiguous,
        st.lists(texts, min_size=2, unique=True).map(sorted).map(tuple),
        st.integers(1, 3),
    ),
    st.builds(Hot, texts, st.integers(1, 3)),
)
answers = st.dictionaries(st.integers(0, 1), findings)


@given(answers, answers, answers)
def test_merging_is_the_same_in_any_order(a, b, c):
    assert better(a, better(b, c)) == better(better(c, a), b) == better(b, better(a, c))
