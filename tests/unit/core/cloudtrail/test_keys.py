import pytest

from mqworker.core.cloudtrail.keys import lowered


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"A": {"B": [{"C": 1}]}}, {"a": {"b": [{"c": 1}]}}),
        ({".hidden.": {"Key.Name.": "V"}}, {"hidden": {"key.name.": "V"}}),
        ({"a": {"x.": 1, ".y.z": 2, "b.c": 3}}, {"a": {"x": 1, "yz": 2, "b.c": 3}}),
        ({"Name": 1, "name": 2}, {"name": 1, "name_2": 2}),
        ({"": 1}, {"": 1}),
        ([1, None, "X"], [1, None, "X"]),
    ],
)
def test_names_are_lowered_and_outer_dots_go(value, expected):
    assert expected == lowered(value)
