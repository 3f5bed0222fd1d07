from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.message import Outcome
from mqworker.sinks.contents import fields_of, occurred, text_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("source", [b"", b"{", b"\xff", b'{"a": NaN}', b"[1]", b'"text"', b"null"])
def test_what_is_no_json_object_is_refused_with_a_reason(source: bytes):
    outcome = fields_of(source)
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.reason.startswith("the document is not")) == ("refused", True)


def test_every_string_and_number_can_be_searched_for_however_deep():
    fields = {"summary": "a", "tags": ["b", 1], "details": {"x": {"y": [{"z": "c"}, 2.5]}}}
    assert sorted(text_of(fields).split("\n")) == ["1", "2.5", "a", "b", "c"]


def test_the_times_and_the_indexing_host_are_not_searched():
    fields = {"utctimestamp": "t", "timestamp": "t", "mozdefhostname": "h", "hostname": "web1"}
    assert text_of(fields) == "web1"


def test_a_document_nested_more_deeply_than_python_recurses_is_read():
    fields = fields_of(b'{"a":' * 1000 + b'"deep"' + b"}" * 1000)
    assert isinstance(fields, dict)
    assert text_of(fields) == "deep"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2026-11-22T10:00:00+02:00", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("2026-11-22T10:00:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("yesterday", NOW),
        (17, NOW),
        (None, NOW),
    ],
)
def test_the_time_is_the_documents_own_where_it_has_one(stated: object, expected: datetime):
    assert occurred({"utctimestamp": stated}, NOW) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_every_json_object_is_read(fields: dict[str, object]):
    try:
        source = orjson.dumps(fields)
    except TypeError:  # lone surrogates
        return
    assert fields_of(source) == fields
    text_of(fields)
    occurred(fields, NOW)
