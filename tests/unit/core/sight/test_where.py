import orjson
import pytest

from mqworker.core.message import Document
from mqworker.core.sight.where import where

EVENT = {
    "category": "login",
    "tags": ["a", "b"],
    "details": {"user": 'Ann "x" é', "port": 22, "load": 0.5, "ok": True, "deep": {"er": "v"}},
}
DOCUMENT = Document("events-1", "id-1", orjson.dumps(EVENT))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("category", "login"),
        ("tags", "b"),
        ("details.user", 'Ann "x" é'),
        ("details.port", "22"),
        ("details.load", "0.5"),
        ("details.deep.er", "v"),
        ("_id", "id-1"),
        ("_index", "events-1"),
    ],
)
def test_an_event_with_the_value_is_picked(name, value):
    assert EVENT == where({name: value}).pick(DOCUMENT)


@pytest.mark.parametrize(
    ("name", "value"),
    [("category", "log"), ("category", "b"), ("details.port", "2"), ("nowhere", "x"), ("_id", "x")],
)
def test_an_event_without_it_is_not(name, value):
    assert where({name: value}).pick(DOCUMENT) is None


def test_every_field_has_to_have_its_value():
    assert where({"category": "login", "tags": "c"}).pick(DOCUMENT) is None


def test_without_a_wish_every_event_is_picked():
    assert EVENT == where({}).pick(DOCUMENT)
