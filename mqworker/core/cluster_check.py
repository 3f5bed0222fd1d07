"""What Elasticsearch tells of its disks, limits and indices: what would stop or refuse documents.

Answers as of `_cat/allocation`, `_cluster/settings`, `_mapping`, `_settings`, and what they mean:
https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/
(cluster-level-shard-allocation-routing-settings), …/index-settings/mapping-limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mqworker.core.finding import Finding

NEARLY = 0.9
UNITS = {"b": 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40, "pb": 50}
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp]?b)", re.IGNORECASE)
DISK = "cluster.routing.allocation.disk."
SHARDS = "cluster.max_shards_per_node"
LIMIT = "index.mapping.total_fields.limit"
IGNORING = "index.mapping.total_fields.ignore_dynamic_beyond_limit"
DEFAULT_LIMIT = 1000

LEVELS = (
    ("flood_stage", "bad", "its indices are made read-only: nothing can be stored"),
    ("high", "doubtful", "shards are moved away from it"),
    ("low", "doubtful", "no new shards are put on it"),
)

Settings = Mapping[str, Any]


def judge_disks(nodes: Sequence[Mapping[str, Any]], settings: Settings) -> Iterator[Finding]:
    """Judge how full the disk of each node is, against the cluster's watermarks."""
    if str(settings.get(f"{DISK}threshold_enabled", "true")) == "false":
        told = "the watermarks are off: Elasticsearch goes on until the disk is full"
        yield Finding("sink", "disk", "doubtful", told)
        return
    for node in nodes:
        if str(node.get("disk.percent") or "").isdigit():
            yield judge_disk(node, settings)


def judge_disk(node: Mapping[str, Any], settings: Settings) -> Finding:
    """Judge one node by the highest watermark that it is beyond."""
    used, free = int(node["disk.percent"]), int(node.get("disk.avail") or 0)
    for level, verdict, means in LEVELS:
        mark = str(settings.get(f"{DISK}watermark.{level}", ""))
        if beyond(mark, used, free):
            told = f"{used} % of the disk of node {node['node']} is used ({level} {mark}): {means}"
            cure = "free room: mqworker indices prune, or delete the oldest indices; or add a disk"
            return Finding("sink", "disk", verdict, told, cure)  # type: ignore[arg-type]
    return Finding("sink", "disk", "good", f"{used} % of the disk of node {node['node']} is used")


def beyond(mark: str, used_percent: int, free_bytes: int) -> bool:
    """Tell whether a disk is beyond a watermark: a share that is used, or bytes that are free.

    >>> beyond("85%", 86, 0), beyond("0.85", 84, 0), beyond("10gb", 10, 2**30), beyond("", 99, 0)
    (True, False, True, False)
    """
    size = SIZE.fullmatch(mark)
    if size:
        return free_bytes < float(size[1]) * (1 << UNITS[size[2].lower()])
    try:
        share = float(mark.removesuffix("%")) * (1 if mark.endswith("%") else 100)
    except ValueError:
        return False
    return used_percent >= share


def judge_health(health: Mapping[str, Any], settings: Settings, url: str) -> Iterator[Finding]:
    """Judge whether all data is there, and whether there is room for more shards."""
    status = str(health.get("status"))
    told = {
        "red": "is red: some shards have no copy at all, and documents for them wait",
        "yellow": "is yellow: some shards have one copy only, which a failed disk would lose",
    }
    cure = f"curl '{url}/_cluster/allocation/explain' tells why; a single node needs no replicas"
    if status in told:
        yield Finding(
            "sink", "cluster", "bad" if status == "red" else "doubtful", told[status], cure
        )
    most = int(settings.get(SHARDS) or 0) * int(health.get("number_of_data_nodes") or 0)
    shards = int(health.get("active_shards") or 0)
    if most and shards >= NEARLY * most:
        verdict = "bad" if shards >= most else "doubtful"
        told_shards = f"{shards} of {most} shards are taken: the next day's index can't be made"
        prune = f"delete old indices, or raise {SHARDS}"
        yield Finding("sink", "shards", verdict, told_shards, prune)  # type: ignore[arg-type]
    if status == "green":
        yield Finding("sink", "cluster", "good", f"is green, {shards} shards")


def judge_blocks(indices: Mapping[str, Settings], url: str) -> Iterator[Finding]:
    """Judge whether indices may be written to.

    Args:
        indices: for each index its settings.
        url: the sink, for the command.
    """
    for index, settings in indices.items():
        blocks = [
            key
            for key, value in settings.items()
            if key.startswith("index.blocks.") and str(value) == "true" and "metadata" not in key
        ]
        if blocks:
            change = ", ".join(f'"{key}": null' for key in blocks)
            cure = f"{curl('PUT', url, f'/{index}/_settings')} -d '{{{change}}}'"
            yield Finding("sink", f"index {index}", "bad", f"is blocked: {', '.join(blocks)}", cure)


def judge_fields(
    index: str, mapping: Mapping[str, Any], settings: Settings, url: str, component: str
) -> Finding:
    """Judge how near an index is to its limit of fields.

    Args:
        index: its name.
        mapping: its mapping.
        settings: its settings, flat.
        url: the sink, for the command.
        component: the component template that an operator's settings belong into.
    """
    count, limit = count_fields(mapping), int(settings.get(LIMIT) or DEFAULT_LIMIT)
    told = f"index {index} has {count} of {limit} fields"
    if count < NEARLY * limit:
        return Finding("sink", "fields", "good", told)
    ignoring = str(settings.get(IGNORING)) == "true"
    means = (
        "new fields are stored, but can't be searched"
        if ignoring
        else "documents with new fields are refused, and become dead letters"
    )
    change = f'{{"{LIMIT}": {2 * limit}}}'
    cure = (
        f"find the sender that invents names; or {curl('PUT', url, f'/{index}/_settings')} "
        f"-d '{change}', and for the days to come {curl('PUT', url, component)} "
        f'-d \'{{"template": {{"settings": {change}}}}}\''
    )
    verdict = "bad" if count >= limit else "doubtful"
    return Finding("sink", "fields", verdict, f"{told}: {means}", cure)  # type: ignore[arg-type]


def count_fields(mapping: Mapping[str, Any]) -> int:
    """Return how many fields count against the limit: leaves, objects, multi-fields, runtime."""
    inner = (
        each
        for key in ("properties", "fields", "runtime")
        for each in (mapping.get(key) or {}).values()
    )
    return sum(1 + count_fields(each) for each in inner)


def curl(method: str, url: str, path: str) -> str:
    """Return the command that sends a request with a JSON body."""
    return f"curl -X {method} '{url}{path}' -H 'Content-Type: application/json'"
