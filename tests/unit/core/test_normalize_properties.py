import random
from datetime import UTC, datetime

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.addresses import clean_addresses
from mqworker.core.normalize import Moment, _normalize_any, _normalize_plain, normalize
from mqworker.core.synonyms import FIELD_OF

RECEIVED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MOMENT = Moment(RECEIVED, None, "worker1", UTC)
REQUIRED = {
    *("receivedtimestamp", "utctimestamp", "timestamp", "mozdefhostname", "type", "tags"),
    *("category", "hostname", "processid", "processname", "severity", "source", "summary"),
    *("mozdef", "details"),
}
OPTIONAL = {"facility", "eventsource", "errors"}
TEXTS = ("category", "hostname", "processid", "processname", "severity", "summary", "type")

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "-", "INFO", "warning", "event", "2016-07-13T14:33:31Z"])
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from(["name", "file", "path"]), inner)
    ),
    max_leaves=6,
)
KNOWN_KEYS = st.sampled_from(
    [
        *FIELD_OF,
        *("details", "fields", "details.a", "fields.a", "details.b_int", "sourceip", "a", "b"),
        *("eventsourceipaddress", "message_2", "receivedtimestamp", "mozdef", "mozdefhostname"),
        *("errors", "process", "customendpoint"),
    ]
)
SPELLINGS = st.sampled_from([str, str.upper, str.title, "@{}".format, "@{}@".format])
KEYS = st.builds(lambda key, spell: spell(key), KNOWN_KEYS, SPELLINGS) | st.text(max_size=4)
RECORDS = st.dictionaries(KEYS, JSON_VALUES, max_size=12)
PLAIN_VALUES = st.text(max_size=5) | st.none() | st.integers() | st.just("2016-07-13T14:33:31Z")
PLAIN_RECORDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(TEXTS[:-1], PLAIN_VALUES),
        **dict.fromkeys(("source", "timestamp", "utctimestamp"), PLAIN_VALUES),
        "tags": st.lists(PLAIN_VALUES, max_size=3) | PLAIN_VALUES,
        "details": st.dictionaries(st.text(max_size=3), JSON_VALUES, max_size=4) | PLAIN_VALUES,
    },
)


def fields_of(record, moment=MOMENT):
    return normalize(record, moment)[0]


def scalars_in(value):
    if isinstance(value, dict):
        return [scalar for inner in value.values() for scalar in scalars_in(inner)]
    if isinstance(value, list):
        return [scalar for inner in value for scalar in scalars_in(inner)]
    return [] if value is None or value == "" else [value]


def written(value):
    """Return a scalar as its text: normalizing may make text of it, in upper case."""
    if isinstance(value, bool):
        return str(value).upper()
    return str(value).upper()


def shuffled(value, seed):
    if isinstance(value, dict):
        pairs = [(key, shuffled(inner, seed)) for key, inner in value.items()]
        random.Random(seed).shuffle(pairs)
        return dict(pairs)
    return [shuffled(inner, seed) for inner in value] if isinstance(value, list) else value


@given(RECORDS)
def test_every_record_gives_every_field_in_its_type(record):
    fields, occurred = normalize(record, MOMENT)
    assert fields.keys() >= REQUIRED
    if not record.get("customendpoint"):
        assert fields.keys() <= REQUIRED | OPTIONAL
    assert all(type(fields[name]) is str for name in TEXTS)
    assert all(type(fields.get(name, "")) is str for name in ("facility", "eventsource"))
    assert fields["source"] is None or type(fields["source"]) is str
    assert all(type(tag) is str for tag in fields["tags"])
    assert all(type(error) is str for error in fields.get("errors", []))
    assert type(fields["details"]) is dict
    assert fields["mozdef"] == {"plugins": []}
    assert fields["utctimestamp"] == (occurred or RECEIVED).isoformat()


@given(RECORDS, st.integers())
def test_the_order_of_keys_changes_nothing(record, seed):
    assert normalize(shuffled(record, seed), MOMENT) == normalize(record, MOMENT)


@given(RECORDS)
def test_the_record_itself_is_not_changed(record):
    before = orjson.dumps(record)
    clean_addresses(fields_of(record))
    assert orjson.dumps(record) == before


@given(RECORDS)
def test_every_value_that_was_sent_is_somewhere_in_the_event(record):
    fields, occurred = normalize(record, MOMENT)
    there = {written(scalar) for scalar in scalars_in(fields)}
    for key, value in record.items():
        is_time = FIELD_OF.get(key.replace("@", "").lower()) == "time"
        if not (is_time and occurred):
            assert {written(scalar) for scalar in scalars_in(value)} <= there


@given(RECORDS)
def test_an_event_normalized_again_stays_as_it_is(record):
    fields = fields_of(record)
    if "errors" not in fields:
        assert fields_of(fields) == fields


@given(RECORDS)
def test_what_can_be_serialized_before_can_be_serialized_after(record):
    fields = fields_of(record)
    clean_addresses(fields)
    assert orjson.loads(orjson.dumps(fields)) == fields


@given(PLAIN_RECORDS)
def test_the_short_way_gives_what_the_long_way_gives(record):
    short = _normalize_plain(record, MOMENT)
    assert short is None or short == _normalize_any(record, MOMENT)


def test_a_canonical_record_takes_the_short_way():
    record = {
        **dict.fromkeys(TEXTS[:-1], "x"),
        "source": "x",
        "timestamp": "2026-11-23T03:48:44+00:00",
        "utctimestamp": "2026-11-23T03:48:44+00:00",
        "tags": ["a"],
        "details": {"username": "joe"},
    }
    assert _normalize_plain(record, MOMENT) is not None
