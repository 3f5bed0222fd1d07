import orjson
import pytest

from mqworker.core.sight.state import Depth, Filled, Spread, State, read, written

FULL = State(
    version="1",
    pid=7,
    worker=1,
    queues=("a", "b"),
    since=1.0,
    at=2.0,
    counts={"stored": 3},
    letters={"validate": 2},
    fills=(Filled("details.username", "session", 4),),
    latency=Spread((0.1, 1.0), (1, 2, 0), 0.7),
    sizes=Spread((10.0,), (3, 0), 12.0),
    in_flight=5,
    held_s=0.5,
    age_s=3.0,
    brake="holds",
    consuming=True,
    ready=True,
    depths={"a": Depth(9, 2, 1.5), "b": Depth(0, None, 1.5)},
    groups=6,
    links=8,
    rss_bytes=1024,
    cpu_s=0.25,
)


def test_a_state_is_read_as_it_was_written():
    assert read(orjson.loads(orjson.dumps(written(FULL)))) == FULL


def test_what_another_version_says_more_is_left_out():
    plain = written(FULL) | {"later": 1}
    plain["fills"] = [one | {"later": 1} for one in plain["fills"]]
    assert read(plain) == FULL


def test_what_another_version_does_not_say_has_its_default():
    assert State(pid=7) == read({"pid": 7})


def test_what_is_no_state_is_told():
    with pytest.raises(ValueError, match="no state"):
        read({"latency": 3})
