from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.details import gather_details, is_same, keep, keep_all

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_details_are_stronger_than_fields_and_both_than_other_names():
    rest = {"x": 4, "fields": {"x": 3, "y": 3}, "details": {"x": 1, "z": 1}, "details.x": "2"}
    expected = {"x": 1, "x_2": 3, "x_3": "2", "x_4": 4, "y": 3, "z": 1}
    assert gather_details(rest, []) == expected


def test_a_spared_value_gets_a_number_only_if_it_says_something_else():
    assert gather_details({"x": 1}, [("x", 1), ("y", 2)]) == {"x": 1, "y": 2}
    assert gather_details({"x": 1}, [("x", True)]) == {"x": 1, "x_2": True}


def test_a_numbered_name_that_the_sender_uses_itself_is_not_overwritten():
    found = gather_details({"x": 1, "x_2": 2}, [("x", 3)])
    assert found == {"x": 1, "x_2": 2, "x_3": 3}


def test_what_is_no_object_becomes_the_message_of_details():
    assert gather_details({"details": "text"}, []) == {"message": "text"}
    assert gather_details({"fields": [1, 2], "details": 5}, []) == {
        "message": 5,
        "message_2": [1, 2],
    }
    assert gather_details({"details": None, "fields": ""}, []) == {}


def test_a_dotted_key_is_converted_as_its_ending_says():
    rest = {
        "details.foo_int": "7",
        "fields.load_float": "1.5",
        "details.foo.bar": 1.5,
        "details.on": True,
        "details.object": {"a": 1},
        "details.none": None,
    }
    expected = {
        "foo_int": 7,
        "load_float": 1.5,
        "foo.bar": "1.5",
        "on": True,
        "object": {"a": 1},
        "none": None,
    }
    assert gather_details(rest, []) == expected


def test_a_dotted_value_that_does_not_fit_its_ending_stays_as_it_was():
    values = ["x", "7.9", 7.9, "1_000", "nan", "9" * 30, "9" * 5000, "1e999"]
    for value in values:
        assert gather_details({"details.a_int": value}, []) == {"a_int": value}
    for value in ["x", "inf", "1_0.0", "1e999"]:
        assert gather_details({"details.a_float": value}, []) == {"a_float": value}


def test_a_prefix_without_a_name_behind_it_is_a_name_like_any_other():
    assert gather_details({"details.": 1, "detailsx": 2}, []) == {"details.": 1, "detailsx": 2}


def test_the_given_objects_are_not_changed():
    inner = {"x": 1}
    gather_details({"details": inner}, [("y", 2)])
    assert inner == {"x": 1}


def test_true_one_and_one_point_zero_are_different_values():
    assert not is_same(1, True)
    assert not is_same(1, 1.0)
    assert not is_same({"a": [0]}, {"a": [False]})
    assert is_same({"a": [0], "b": 1}, {"b": 1, "a": [0]})


@given(st.dictionaries(st.sampled_from(["x", "x_2", "x_3", "y"]), JSON_VALUES), JSON_VALUES)
def test_keeping_a_value_changes_no_other_and_loses_none(details, value):
    before = dict(details)
    keep(details, "x", value)
    assert before.items() <= details.items()
    assert any(is_same(kept, value) for kept in details.values())
    again = dict(details)
    keep(details, "x", value)
    assert details == again


def test_a_name_spelled_in_many_ways_costs_as_many_looks():
    looks = []

    class Counted(dict):
        def __getitem__(self, name):
            looks.append(name)
            return super().__getitem__(name)

    details = Counted(x=0)
    keep_all(details, [("x", number % 500) for number in range(1000)])
    assert list(range(500)) == list(details.values())
    assert len(looks) == 500


@given(st.lists(st.tuples(st.sampled_from(["x", "x_2", "x_2_2", "y"]), st.integers(0, 3))))
def test_many_values_are_kept_as_one_after_the_other(pairs):
    once, one_by_one = {}, {}
    keep_all(once, pairs)
    for name, value in pairs:
        keep(one_by_one, name, value)
    assert once == one_by_one
