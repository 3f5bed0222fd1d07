from datetime import UTC, datetime
from statistics import mean

import orjson

from benchmarks.drain.events import KINDS, generate

START = datetime(2026, 3, 14, tzinfo=UTC)


def test_the_same_seed_gives_the_same_bytes():
    assert list(generate(500, 7, START)) == list(generate(500, 7, START))


def test_another_seed_gives_others():
    assert list(generate(50, 7, START)) != list(generate(50, 8, START))


def test_every_event_has_an_id_of_its_own():
    ids = {orjson.loads(body)["details"]["eventid"] for body in generate(2000, 7, START)}
    assert ids == {f"e{number:09}" for number in range(2000)}


def test_all_six_types_come():
    found = {orjson.loads(body)["category"] for body in generate(500, 7, START)}
    assert found == {kind.category for kind in KINDS}


def test_an_event_has_about_690_bytes():
    assert 660 < mean(map(len, generate(2000, 7, START))) < 720


def test_the_shipped_schemas_accept_every_event():
    from benchmarks.correlation_steps import policy
    from mqworker.core.message import Delivery, PlainProperties, Tag
    from mqworker.core.pipeline import prepare

    shipped = policy()
    failures = [
        prepare(Delivery(Tag(1, number), body, PlainProperties(), START), shipped).failures
        for number, body in enumerate(generate(300, 7, START))
    ]
    assert failures == [()] * 300
