"""MozDef's own cases, where they are present: what it gives, or should have given.

They lie in the directory that the environment variable MQWORKER_SHARED names, or in `shared`
beside this repository. `test_normalize_shipper_events` covers the same ground without them.
"""

import json
import os
from pathlib import Path

import pytest

from mqworker.config.extractors import load_extractors
from mqworker.core.decode import Limits, decode
from mqworker.core.errors import Refused
from mqworker.core.extract import Extraction
from mqworker.core.message import Refusal
from tests.unit.core.subset import RECEIVED, events_of, part_of, without

SHARED = os.environ.get("MQWORKER_SHARED") or Path(__file__).parents[4] / "shared"
FILE = Path(SHARED) / "cases" / "mozdef.jsonl"
EXTRACTION = Extraction(load_extractors())

LEFT_OUT = {"vulnerability-v2"}  # an ID and an index of their own


def cases(layer):
    if not FILE.is_file():
        return []
    lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    return [
        pytest.param(case, id=case["name"])
        for case in lines
        if case["metadata"]["layer"] == layer and case["name"] not in LEFT_OUT
    ]


def with_year(value):
    text = json.dumps(value).replace("<YEAR>", str(RECEIVED.year))
    return json.loads(text)


@pytest.mark.parametrize("case", cases("worker"))
def test_a_record_gives_the_event_that_mozdef_gives_or_meant(case):
    (fields,) = events_of(json.dumps(case["input"]).encode())
    EXTRACTION.apply(fields)
    expected = without(with_year(case["expected"]), case["metadata"]["ignore"])
    assert part_of(fields, expected) == expected


@pytest.mark.parametrize("case", cases("amqp"))
def test_a_body_that_mozdef_lost_is_used_or_refused_with_a_reason(case):
    if "accepted" in case["expected"]:
        body = case["input"]["body"].encode()
        assert decode(body, None, Limits()).items == [json.loads(body)]
        return
    body = case["input"] if isinstance(case["input"], str) else json.dumps(case["input"])
    try:
        items = decode(body.encode(), None, Limits()).items
    except Refused as refused:
        items = [refused.refusal]
    assert all(isinstance(item, Refusal) and item.reason for item in items)
