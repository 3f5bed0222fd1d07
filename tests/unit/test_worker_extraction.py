"""The worker and extractors that fail."""

from dataclasses import replace

import orjson

from mqworker.core.extract import Extraction, Extractor
from tests.unit.test_worker import POLICY, Scene


def fail(event):
    raise LookupError(event["summary"])


def test_an_extractor_that_raises_is_counted_and_its_event_stored():
    scene = Scene()
    broken = Extractor("broken", fail, programs=("app",))
    scene.worker.policy = replace(POLICY, extraction=Extraction([broken]))
    scene.send({"summary": "one", "processname": "app"}, {"summary": "two", "processname": "x"})
    scene.run()
    assert ["one", "two"] == scene.summaries
    assert (1, 0) == (scene.worker.tally.counts["unread"], len(scene.dead))
    stored = {each["summary"]: each for each in map(orjson.loads, scene.sink.documents.values())}
    assert ["extractor-failed"] == stored["one"]["tags"]
    assert [] == stored["two"]["tags"]
