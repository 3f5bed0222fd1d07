"""Random events for the tests of the walk and of the replica, and what is due to them."""

from hypothesis import strategies as st

from mqworker.core.correlation.answer import Ambiguous, Fill, Hot
from mqworker.core.correlation.rules import Rule, Rules, path
from mqworker.core.correlation.sighting import SEPARATOR, Sighting
from tests.convergence import walks

FIELDS = ("ip", "session", "user")
MINUTE_MS = 60_000
PLAIN = {
    "connection": {"carries": {"session", "user"}, "before": 5, "after": 5},
    "process": {"carries": {"ip", "session", "user"}, "before": 2, "after": 2},
    "session": {"carries": {"ip", "session", "user"}, "before": 9, "after": 4},
}
RULES = Rules(
    identity=tuple(path(f"details.{name}") for name in FIELDS),
    rules={
        name: Rule(
            name,
            (),
            frozenset(FIELDS.index(field) for field in rule["carries"]),
            rule["before"],
            rule["after"],
        )
        for name, rule in PLAIN.items()
    },
    hot=4,
    most_candidates=3,
)


@st.composite
def event(draw):
    links = draw(
        st.dictionaries(st.sampled_from(sorted(PLAIN)), st.sampled_from("abc"), min_size=0)
    )
    stated = draw(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("123"), max_size=2))
    at = draw(st.integers(0, 20)) * MINUTE_MS + draw(st.sampled_from([0, 1, 59_999]))
    return {"at": at, "links": sorted(links.items()), "stated": stated}


logs = st.lists(event(), max_size=25).map(
    lambda events: [{"id": f"e{n:02}", **made} for n, made in enumerate(events)]
)


def sighting(made):
    links = tuple(name + SEPARATOR + value for name, value in made["links"])
    stated = tuple(made["stated"].get(field) for field in FIELDS)
    return Sighting(made["id"], "events", made["at"], False, links, stated)


def plain(finding):
    match finding:
        case Fill(value, link, evidence, hops, away):
            return ("fill", value, link, evidence, hops, away)
        case Ambiguous(candidates, hops):
            return ("ambiguous", candidates, hops)
        case Hot(link, hops):
            return ("hot", link, hops)


def spelled(answer):
    return {FIELDS[position]: plain(finding) for position, finding in answer.items()}


def expected(events):
    return walks.answers(events, PLAIN, FIELDS, RULES.max_hops, RULES.hot, 3)
