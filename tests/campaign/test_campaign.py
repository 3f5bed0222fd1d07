"""The short campaign: three fixed seeds, one for each kind of store.

It waits for as long as anything moves, so that a slow machine makes it long and not red. What it
leaves is in `build/campaign/failed` when it is red: the timeline, its picture, and every log.
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

KEPT = Path(__file__).parents[2] / "build" / "campaign" / "failed"
EVENTS_PER_S = 50

pytestmark = pytest.mark.timeout(1500)


@pytest.fixture
def services(rabbitmq: Rabbitmq, elasticsearch: Elasticsearch) -> Services:
    return Services(rabbitmq, elasticsearch)


def test_a_storm_over_a_memory_in_a_file_breaks_no_promise(
    services: Services, tmp_path: Path
) -> None:
    made = campaign(227, 35.0, tmp_path / "campaign")
    assert "sqlite" == made.plan.setup.memory

    endure(made, services)


def test_a_storm_over_a_memory_in_redis_breaks_no_promise(
    services: Services, redis_node: Callable[..., Redis], tmp_path: Path
) -> None:
    services.redis = redis_node({"appendfsync": "always"})
    made = campaign(386, 35.0, tmp_path / "campaign")
    assert "redis" == made.plan.setup.memory

    endure(made, services)


def test_a_storm_over_embedded_stores_breaks_no_promise(tmp_path: Path) -> None:
    made = campaign(240, 20.0, tmp_path / "campaign")
    assert "embedded" == made.plan.setup.memory

    endure(made, None)


def endure(made: Campaign, services: Services | None) -> None:
    """Run a campaign; the oracle has to find nothing, and something has to have happened."""
    verdict = made.run(services)

    if verdict.findings:
        keep(made)
    again = f"python -m tests.campaign --seed {made.plan.seed} --seconds {made.plan.seconds:g}"
    assert [] == verdict.findings, again
    assert verdict.figures["documents"] > made.plan.seconds * EVENTS_PER_S
    assert sum(made.faults.values()) > len(made.plan.faults) / 3


def keep(made: Campaign) -> None:
    """Keep everything for whoever looks into it."""
    kept = KEPT / f"seed-{made.plan.seed}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(made.directory, kept, ignore_dangling_symlinks=True)
    timeline = (made.directory / "timeline.jsonl").read_text().splitlines()
    print(f"the timeline is in {kept}", *timeline, sep="\n")  # noqa: T201 - pytest shows it
