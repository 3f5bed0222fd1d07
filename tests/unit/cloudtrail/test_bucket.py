"""A large log file is read in little memory."""

import gzip
import io
import json
import tracemalloc

from mqworker.cloudtrail.bucket import LogFile, read_records

MEBIBYTE = 1 << 20
RECORD = {"eventName": "X", "requestParameters": {f"name{n}": "value" * 5 for n in range(40)}}
COUNT = 75_000


def test_a_log_file_of_100_mb_needs_a_few_mb_of_memory():
    text = json.dumps({"Records": [RECORD] * COUNT}).encode()
    assert len(text) > 100 * 10**6
    packed = io.BytesIO(gzip.compress(text, 1))
    del text
    tracemalloc.start()
    count = sum(1 for _ in read_records(LogFile(packed, None, 0), 1 << 30))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert COUNT == count
    assert peak < 8 * MEBIBYTE
