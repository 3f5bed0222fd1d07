from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.correlation.group import BETWEEN, Group, moment, name_of, pack, time_of, unpack
from mqworker.core.correlation.sighting import Sighting

TIMES = st.integers(-62_135_596_800_000, 253_402_300_799_999)
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(st.tuples(TIMES, TEXTS), st.tuples(TIMES, TEXTS))
def test_moments_sort_by_time_then_by_id_from_the_year_1_to_9999(one, other):
    assert (one < other) == (moment(*one) < moment(*other))
    assert one == (time_of(moment(*one)), name_of(moment(*one)))


@given(
    TEXTS,
    TIMES,
    st.lists(TEXTS, min_size=1, max_size=3),
    st.tuples(st.none() | TEXTS, st.none() | TEXTS),
)
def test_a_lone_event_comes_out_of_its_text_as_it_went_in(name, at, links, stated):
    sighting = Sighting(name, "events", at, False, tuple(links), stated)
    text = pack(moment(at, name), sighting)
    if any(BETWEEN in value for value in (name, *links, *stated) if value):
        assert text is None
    else:
        assert sighting == unpack(text, 2, 60_000).sighting()


def test_a_group_knows_each_of_its_members_however_many_there_are():
    group = Group(("l",), (None,), 0, "events", moment(500, "m500"))
    for number in range(1000):
        group.add(moment(number, f"m{number}")) if number != 500 else None
    assert len(group) == 1000
    assert name_of(group.first) == "m0"
    assert all(group.holds(moment(number, f"m{number}")) for number in range(1000))
    assert not group.holds(moment(3, "m4"))
    assert {f"m{number}" for number in range(1000)} == {each.id for each in group.sightings()}
