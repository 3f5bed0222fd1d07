import copy

from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.correlation.answer import Ambiguous, Fill, Hot
from mqworker.core.correlation.fill import emptied, filled
from mqworker.core.correlation.rules import Rules, path

RULES = Rules(
    identity=(path("details.sourceipaddress"), path("details.sessionid"), path("details.username"))
)
FILL = Fill("joe", "session", "e1", 1, -1500)


def test_a_fill_is_written_with_its_provenance():
    event = {"summary": "s", "details": {}}
    expected = {
        "summary": "s",
        "details": {"username": "joe"},
        "correlation": {
            "filled": [
                {
                    "field": "details.username",
                    "value": "joe",
                    "link": "session",
                    "from": "e1",
                    "hops": 1,
                    "seconds": -1.5,
                }
            ]
        },
    }
    assert expected == filled(event, {2: FILL}, RULES)
    assert event == {"summary": "s", "details": {}}


def test_candidates_and_hot_links_fill_nothing_but_are_told():
    answer = {0: Ambiguous(("192.0.2.1", "192.0.2.2"), 2), 1: Hot("process", 1)}
    made = filled({"details": {}}, answer, RULES)
    assert made["details"] == {}
    assert made["correlation"] == {
        "ambiguous": [
            {
                "field": "details.sourceipaddress",
                "candidates": ["192.0.2.1", "192.0.2.2"],
                "hops": 2,
            }
        ],
        "hot": [{"field": "details.sessionid", "link": "process", "hops": 1}],
    }


def test_a_word_for_no_value_comes_back_with_the_take_back():
    event = {"details": {"username": "-"}}
    made = filled(event, {2: FILL}, RULES)
    assert made["details"] == {"username": "joe"}
    assert emptied(made, RULES) == (event, {2: FILL})


texts = st.text(max_size=5)
findings = st.one_of(
    st.builds(Fill, texts, texts, texts, st.integers(1, 3), st.integers(-(10**9), 10**9)),
    st.builds(Ambiguous, st.lists(texts, min_size=2, max_size=4).map(tuple), st.integers(1, 3)),
    st.builds(Hot, texts, st.integers(1, 3)),
)
events = st.fixed_dictionaries(
    {"details": st.dictionaries(st.sampled_from(["username", "other"]), st.sampled_from(["-", ""]))}
)


@given(events, st.dictionaries(st.integers(0, 2), findings))
def test_taking_an_answer_back_leaves_the_event_as_it_was(event, answer):
    before = copy.deepcopy(event)
    made = filled(event, answer, RULES)
    assert emptied(copy.deepcopy(made), RULES) == (before, answer)
    assert event == before
    assert ("correlation" in made) == bool(answer)
