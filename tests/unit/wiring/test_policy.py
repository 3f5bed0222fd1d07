"""What is made of settings for the worker's rhythm."""

from __future__ import annotations

import pytest

from mqworker.config.settings import Settings
from mqworker.wiring.policy import build_pace


@pytest.mark.parametrize(("prefetch", "expected"), [(600, 600), (8000, 1000)])
def test_a_batch_holds_no_more_than_can_be_in_hand(prefetch: int, expected: int) -> None:
    pace = build_pace(Settings(prefetch=prefetch, batch_count=1000))

    assert expected == pace.batch.count
