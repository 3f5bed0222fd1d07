import pytest

from mqworker.core.correlation.cluster import Cluster
from mqworker.core.correlation.group import Group, moment
from mqworker.core.correlation.place import SHORT, UNRULED, Place

HOT = 5
LINK = ("session\x1fa",)


def group(number, bucket=0):
    return Group(LINK, (str(number),), bucket, "events", moment(number, f"e{number}"))


def place(groups):
    """Return a place with these groups, and which of them made it hot."""
    made = Place(LINK[0], UNRULED, Cluster())
    return made, [number for number, each in enumerate(groups) if made.add(each, HOT)]


def test_one_event_more_than_allowed_makes_a_link_hot_in_its_bucket_alone():
    made, crossed = place([group(number, number % 2) for number in range(3 * HOT)])
    assert crossed == [2 * HOT, 2 * HOT + 1]
    assert made.is_hot(0)
    assert made.is_hot(1)
    assert not made.is_hot(2)
    assert made.cool(0, 0) is None
    assert made.cool(2, 9) == []


def test_members_of_one_group_count_as_much_as_groups_do():
    one = group(0)
    made, _ = place([one])
    crossed = []
    for number in range(1, HOT + 2):
        when = moment(number, f"m{number}")
        one.add(when)
        crossed.append(made.count(one, when, HOT))
    assert crossed == [False] * (HOT - 1) + [True, False]


@pytest.mark.parametrize("count", [SHORT, SHORT + 1, 3 * SHORT])
def test_a_window_holds_its_buckets_and_no_others_be_the_groups_few_or_many(count):
    groups = [group(number, bucket=number) for number in range(count)]
    made, crossed = place(groups)
    assert crossed == []
    assert groups[3:8] == made.within(3, 7) == made.cool(3, 7)
    assert groups == made.within(-10, count + 100)


@pytest.mark.parametrize("count", [1, 2, SHORT, 3 * SHORT])
def test_a_place_goes_on_with_what_is_left_after_a_bucket_is_forgotten(count):
    groups = [group(number, bucket=number % 2) for number in range(count)]
    made, _ = place(groups)
    is_empty = made.evict(1)
    later = group(count, bucket=2)
    made.add(later, HOT * SHORT)
    assert not is_empty
    assert [*groups[::2], later] == made.within(0, 2)
    assert made.latest(2) is later


@pytest.mark.parametrize("count", [1, SHORT, 3 * SHORT])
def test_a_place_is_empty_when_its_last_bucket_is_forgotten(count):
    made, _ = place([group(number, bucket=number % 3) for number in range(count)])
    assert [made.evict(bucket) for bucket in (2, 1, 0)][-1]
    assert made.within(-5, 5) == []
