from __future__ import annotations

import re
from collections import Counter

from mqworker.core.intake.metrics import Counts, Gauges, answer_metrics

SAMPLE = re.compile(r'mqworker_intake_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? \d+')


def test_each_line_is_a_comment_or_a_sample_and_each_count_is_there() -> None:
    counts = Counts(Counter({("/events", 200): 3, ("/_bulk", 0): 1}), 7, 2, 1, 512)

    answer = answer_metrics(counts, Gauges(4, 5, 600, ready=True))

    lines = answer.body.decode().splitlines()
    samples = [line for line in lines if not line.startswith("# ")]
    assert all(SAMPLE.fullmatch(line) for line in samples)
    assert 'mqworker_intake_requests_total{route="/_bulk",code="0"} 1' in samples
    assert "mqworker_intake_events_total 7" in samples
    assert "mqworker_intake_broker_ready 1" in samples
    assert answer.content_type.startswith("text/plain; version=0.0.4")
