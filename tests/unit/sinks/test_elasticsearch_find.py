from __future__ import annotations

from datetime import UTC, datetime

from mqworker.core.clause import Clause
from mqworker.sinks.elasticsearch_find import AT_ONCE, clause_query, newest, queries


def test_a_clause_is_terms_and_a_span_of_time() -> None:
    noon = datetime(2026, 2, 14, 12, tzinfo=UTC)

    query = clause_query(Clause({"_id": ("m",), "hostname": ("web1", "*")}, since=noon))

    assert query["bool"]["filter"] == [
        {"ids": {"values": ["m"]}},
        {"terms": {"hostname": ["*", "web1"]}},
        {"range": {"utctimestamp": {"gte": "2026-02-14T12:00:00+00:00"}}},
    ]


def test_an_address_field_is_asked_for_addresses_only() -> None:
    query = clause_query(Clause({"details.sourceipaddress": ("joe", "::ffff:192.0.2.1")}))

    assert query["bool"]["filter"] == [{"terms": {"details.sourceipaddress": ["192.0.2.1"]}}]


def test_many_clauses_are_several_requests_and_none_is_no_request() -> None:
    sizes = [len(each["bool"]["should"]) for each in queries([Clause({"a": ("b",)})] * 450)]

    assert sizes == [AT_ONCE, AT_ONCE, 50]
    assert list(queries([Clause({})])) == []


def test_answers_of_several_requests_are_put_in_one_order() -> None:
    hits = [
        {"_index": "i", "_id": name, "_source": {}, "sort": [at]}
        for name, at in [("a", 1), ("c", 3), ("a", 1), ("none", None), ("b", 2)]
    ]

    assert [hit["_id"] for hit in newest(hits, 3)] == ["c", "b", "a"]
