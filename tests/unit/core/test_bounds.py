from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.bounds import Limits, find_excess, find_many, has_long_key, is_flat

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=30,
)
RECORDS = st.dictionaries(st.text(), JSON_VALUES, max_size=6)


def nested(levels):
    value = 1
    for _ in range(levels):
        value = {"k": value}
    return value


def depth_of(value):
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


def keys_of(value):
    if isinstance(value, dict):
        return len(value) + sum(map(keys_of, value.values()))
    return sum(map(keys_of, value)) if isinstance(value, list) else 0


def test_as_many_levels_as_allowed_pass_and_one_more_does_not():
    limits = Limits(max_depth=4)
    assert find_many(nested(4), limits) is None
    refusal = find_many(nested(5), limits)
    assert refusal.reason == "nested more than 4 levels deep"
    assert refusal.pointer == "/k/k/k/k"


def test_a_pointer_escapes_what_would_be_read_as_a_step():
    refusal = find_many({"a/b": [0, {"~": {}}]}, Limits(max_depth=3))
    assert refusal.pointer == "/a~1b/1/~0"


def test_a_pointer_of_huge_keys_ends_at_an_ancestor():
    refusal = find_many({"short": {"x" * 100_000: {}}}, Limits(max_depth=2))
    assert refusal.pointer == "/short"


def test_keys_of_all_levels_are_counted_together():
    record = {"a": [{"b": 1}, {"b": 1}], "c": {"d": 1}}
    assert find_many(record, Limits(max_keys=5)) is None
    assert find_many(record, Limits(max_keys=4)).reason == "more than 4 keys"


@given(RECORDS, st.integers(1, 6), st.integers(0, 12))
def test_an_excess_is_found_exactly_when_there_is_one(record, max_depth, max_keys):
    limits = Limits(max_depth=max_depth, max_keys=max_keys)
    excess = depth_of(record) > max_depth or keys_of(record) > max_keys
    assert (find_many(record, limits) is not None) == excess


@given(RECORDS, st.integers(1, 6), st.integers(0, 12))
def test_what_is_flat_holds_no_excess(record, max_depth, max_keys):
    limits = Limits(max_depth=max_depth, max_keys=max_keys, max_key_length=2)
    if is_flat(record, limits):
        assert find_many(record, limits) is None
        assert not has_long_key(record, limits)


def test_an_event_with_details_and_tags_is_flat():
    record = {"summary": "a", "tags": ["b"], "details": {"c": 1, "d": None}}
    assert is_flat(record, Limits(max_keys=5))
    assert not is_flat(record, Limits(max_keys=4))
    assert not is_flat({"details": {"c": [1]}}, Limits())


def test_a_key_that_is_too_long_is_found_at_every_depth():
    limits = Limits(max_key_length=3)
    for record in ({"long": 1}, {"a": {"long": 1}}, {"a": [[{"b": {}}, {"long": []}]]}):
        assert find_excess(record, limits).reason == "a key of more than 3 characters"
    assert find_excess({"abc": [{"abc": {"def": 1}}, "text"]}, limits) is None
