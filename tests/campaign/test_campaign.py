"""The short campaign: two fixed seeds, one for each kind of shared memory.

It waits for as long as anything moves, so that a slow machine makes it long and not red. What it
leaves is in `build/campaign` when it fails: the timeline as a picture, and every log.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaign.campaign import Campaign, campaign
from tests.campaign.stores import Services
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq
from tests.services.redis import Redis

SECONDS = 45.0
SEEDS = {"sqlite": 3, "redis": 4}
KEPT = Path(__file__).parents[2] / "build" / "campaign" / "failed"

pytestmark = [pytest.mark.services, pytest.mark.timeout(1500)]


@pytest.mark.parametrize("memory", SEEDS)
def test_a_storm_loses_doubles_and_misfills_nothing(
    memory: str,
    rabbitmq: Rabbitmq,
    elasticsearch: Elasticsearch,
    redis_node: Callable[..., Redis],
    tmp_path: Path,
) -> None:
    redis = redis_node({"appendfsync": "always"}) if memory == "redis" else None
    made = campaign(SEEDS[memory], SECONDS, tmp_path / "campaign")
    assert memory == made.plan.setup.memory

    verdict = made.run(Services(rabbitmq, elasticsearch, redis))

    if verdict.findings:
        keep(made)
    assert [] == verdict.findings, f"python -m tests.campaign --seed {made.plan.seed} --seconds 45"
    assert verdict.figures["documents"] > SECONDS * 40
    assert sum(made.faults.values()) > SECONDS / 4


def keep(made: Campaign) -> None:
    """Keep everything for whoever looks into the failure."""
    kept = KEPT / f"seed-{made.plan.seed}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(made.directory, kept, ignore_dangling_symlinks=True)
    timeline = (made.directory / "timeline.jsonl").read_text().splitlines()
    print(f"the timeline is in {kept}", *timeline, sep="\n")  # noqa: T201 - pytest shows it
