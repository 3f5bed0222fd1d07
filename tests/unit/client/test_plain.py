import json
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.client.plain import to_json


class Mute:
    def __str__(self):
        raise RuntimeError("mute")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.binary()
    | st.builds(Mute),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.text()), inner)
        | st.sets(st.integers())
    ),
    max_leaves=10,
)


@given(VALUES)
def test_whatever_an_application_sends_becomes_json_in_utf8_on_one_line(value):
    data = to_json({"details": value})
    assert b"\n" not in data
    json.loads(data.decode())


@given(
    st.dictionaries(
        st.text(), st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_what_json_can_say_stays_as_it_is(event):
    assert event == json.loads(to_json(event))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(datetime(2026, 3, 4, tzinfo=UTC), "2026-03-04 00:00:00+00:00", id="time"),
        pytest.param(Decimal("1.50"), "1.50", id="decimal"),
        pytest.param(float("nan"), "nan", id="nan"),
        pytest.param({"a": float("-inf"), "b": {1}}, {"a": "-inf", "b": [1]}, id="infinity"),
        pytest.param("half a \ud83d pair", "half a ? pair", id="surrogate"),
        pytest.param(Mute(), "<Mute>", id="no-str"),
        pytest.param({("a", 1): 2}, {"('a', 1)": 2}, id="key"),
    ],
)
def test_what_json_can_not_say_is_said_in_words(value, expected):
    assert {"value": expected} == orjson.loads(to_json({"value": value}))


def test_an_object_that_holds_itself_is_cut_off():
    loop = {}
    loop["again"] = loop
    assert b"too deep" in to_json(loop)
