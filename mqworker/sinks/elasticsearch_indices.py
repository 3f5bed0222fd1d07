"""The indices that are there in Elasticsearch, and their removal.

1. An index is ours when its mapping says so (`_meta.managed_by`, from the template): MozDef names
   its own the same way.
2. Each is removed by its own name: no pattern is ever sent for a removal.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from mqworker.core.holding import Holding
from mqworker.sinks.template import MANAGER, patterns


def holdings(client: Elasticsearch, prefix: str) -> list[Holding]:
    """Return the indices that have names of ours, in the order of their names.

    Raises:
        elasticsearch.ApiError, elasticsearch.TransportError: as the client raises them.
    """
    wanted = f"{prefix}-*"  # a pattern that nothing fits is no error, as a name would be
    rows: list[dict[str, Any]] = client.cat.indices(
        index=wanted,
        format="json",
        bytes="b",
        h=["index", "docs.count", "store.size"],
        expand_wildcards=["open", "closed"],
    ).body  # type: ignore[assignment] # it is a list, when JSON is asked for
    made = makers(client, wanted)
    return sorted(
        Holding(
            row["index"],
            int(row["docs.count"] or 0),
            int(row["store.size"] or 0),
            made.get(row["index"]) == MANAGER,
        )
        for row in rows
        if any(fnmatchcase(row["index"], one) for one in patterns(prefix))
    )


def makers(client: Elasticsearch, wanted: str) -> dict[str, Any]:
    """Return what the mapping of each index says of who manages it."""
    answer = client.indices.get_mapping(
        index=wanted, allow_no_indices=True, expand_wildcards=["open", "closed"]
    )
    return {
        name: each["mappings"].get("_meta", {}).get("managed_by")
        for name, each in answer.body.items()
    }


def drop(client: Elasticsearch, name: str) -> None:
    """Remove an index; one that is gone is no error.

    Raises:
        elasticsearch.ApiError, elasticsearch.TransportError: as the client raises them.
    """
    try:
        client.indices.delete(index=name)
    except NotFoundError:
        return
