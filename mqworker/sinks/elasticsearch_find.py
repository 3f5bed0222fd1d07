"""Exact questions to Elasticsearch: clauses as a query that it can't misunderstand.

1. No text of a stranger is ever syntax: values are terms, in an array of a JSON body.
2. A field of the type `ip` is asked for addresses only: anything else would fail the whole query.
   Neither is it asked for a network, which Elasticsearch would understand.
3. What is too long to be indexed is not asked for: that would be an error, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mqworker.core.clause import ID, Clause, canonical
from mqworker.sinks.template import LONGEST_KEYWORD

AT_ONCE = 200
"""Clauses in one request: some thousand conditions are the most that a node takes."""


def queries(clauses: Sequence[Clause]) -> Iterator[dict[str, Any]]:
    """Give queries that together find what at least one of the clauses asks for."""
    asked = [clause_query(clause) for clause in clauses if clause.fields]
    for start in range(0, len(asked), AT_ONCE):
        few = asked[start : start + AT_ONCE]
        yield {"bool": {"should": few, "minimum_should_match": 1}}


def clause_query(clause: Clause) -> dict[str, Any]:
    """Return a clause as a query; it has no score."""
    conditions = [condition(name, values) for name, values in clause.fields.items()]
    bounds = {"gte": clause.since, "lte": clause.until}
    span = {name: bound.isoformat() for name, bound in bounds.items() if bound is not None}
    if span:
        conditions.append({"range": {"utctimestamp": span}})
    return {"bool": {"filter": conditions}}


def condition(name: str, values: Sequence[str]) -> dict[str, Any]:
    """Return that a field holds one of some values."""
    sought = sorted(value for value in canonical(name, values) if len(value) <= LONGEST_KEYWORD)
    return {"ids": {"values": sought}} if name == ID else {"terms": {name: sought}}


def newest(hits: Sequence[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """Return the newest of the answers to several queries, each document once.

    Args:
        hits: as Elasticsearch gave them, with the values that they were sorted by.
        limit: how many.
    """
    once = {(hit["_index"], hit["_id"]): hit for hit in hits}
    ordered = sorted(once.values(), key=lambda hit: hit["sort"][0] or 0, reverse=True)
    return [{key: hit[key] for key in ("_index", "_id", "_source")} for hit in ordered[:limit]]
