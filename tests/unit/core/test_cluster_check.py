from __future__ import annotations

from typing import Any

import pytest

from mqworker.core.cluster_check import (
    beyond,
    count_fields,
    judge_blocks,
    judge_disks,
    judge_fields,
    judge_health,
)

WATERMARKS = {
    "cluster.routing.allocation.disk.watermark.low": "85%",
    "cluster.routing.allocation.disk.watermark.high": "90%",
    "cluster.routing.allocation.disk.watermark.flood_stage": "95%",
}
URL = "http://es:9200"


@pytest.mark.parametrize(
    ("mark", "used", "free", "expected"),
    [
        ("85%", 85, 0, True),
        ("85%", 84, 0, False),
        ("0.9", 90, 0, True),
        ("10gb", 99, 11 * 2**30, False),
        ("10gb", 1, 9 * 2**30, True),
        ("soon", 99, 0, False),
        ("", 99, 0, False),
    ],
)
def test_a_watermark_is_a_share_that_is_used_or_bytes_that_are_free(
    mark: str, used: int, free: int, *, expected: bool
) -> None:
    assert expected == beyond(mark, used, free)


@pytest.mark.parametrize(
    ("percent", "verdict", "words"),
    [
        ("50", "good", ""),
        ("86", "doubtful", "no new shards"),
        ("91", "doubtful", "moved away"),
        ("96", "bad", "nothing can be stored"),
    ],
)
def test_a_disk_is_judged_by_the_highest_watermark_that_it_is_beyond(
    percent: str, verdict: str, words: str
) -> None:
    node = {"node": "node-1", "disk.percent": percent, "disk.avail": "1"}
    unassigned = {"node": "UNASSIGNED", "disk.percent": None}
    (finding,) = judge_disks([node, unassigned], WATERMARKS)
    assert verdict == finding.verdict
    assert words in finding.told


@pytest.mark.parametrize(
    ("status", "shards", "verdicts"),
    [
        ("green", 10, ["good"]),
        ("yellow", 10, ["doubtful"]),
        ("red", 10, ["bad"]),
        ("green", 950, ["doubtful", "good"]),
        ("green", 1000, ["bad", "good"]),
    ],
)
def test_a_cluster_is_judged_by_its_health_and_the_room_for_shards(
    status: str, shards: int, verdicts: list[str]
) -> None:
    health = {"status": status, "active_shards": shards, "number_of_data_nodes": 1}
    found = judge_health(health, {"cluster.max_shards_per_node": "1000"}, URL)
    assert verdicts == [finding.verdict for finding in found]


def test_an_index_that_may_not_be_written_to_is_told_with_the_command_that_frees_it() -> None:
    block = "index.blocks.read_only_allow_delete"
    indices: dict[str, Any] = {"events-1": {block: "true"}, "events-2": {block: "false"}}
    (finding,) = judge_blocks(indices, URL)
    assert "index events-1" == finding.subject
    assert f"""curl -X PUT '{URL}/events-1/_settings'""" in finding.cure
    assert f"""{{"{block}": null}}""" in finding.cure


def test_leaves_objects_multi_fields_and_runtime_fields_count() -> None:
    mapping = {
        "properties": {
            "summary": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
            "details": {"properties": {"user": {"type": "keyword"}}},
        },
        "runtime": {"day": {"type": "keyword"}},
    }
    assert 5 == count_fields(mapping)


@pytest.mark.parametrize(
    ("limit", "ignoring", "verdict", "words"),
    [
        (100, "true", "good", "2 of 100"),
        (2, "true", "bad", "can't be searched"),
        (2, "false", "bad", "become dead letters"),
    ],
)
def test_an_index_is_judged_by_how_near_it_is_to_its_limit_of_fields(
    limit: int, ignoring: str, verdict: str, words: str
) -> None:
    settings = {
        "index.mapping.total_fields.limit": str(limit),
        "index.mapping.total_fields.ignore_dynamic_beyond_limit": ignoring,
    }
    mapping = {"properties": {"one": {}, "two": {}}}
    finding = judge_fields("events-1", mapping, settings, URL, "/_component_template/ours")
    assert verdict == finding.verdict
    assert words in finding.told
