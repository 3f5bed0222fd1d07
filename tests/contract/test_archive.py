"""What every archive promises of `find`: see `mqworker.ports.Archive`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from mqworker.core.clause import Clause
from mqworker.core.message import Document
from tests.contract.sink_adapters import ADAPTERS, SERVICES, Bench

NOON = datetime(2026, 2, 14, 12, tzinfo=UTC)


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.services if name in SERVICES else ())
        for name in ADAPTERS
    ]
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with ADAPTERS[request.param](request) as bench:
        yield bench


def event(at_s: float = 0, **fields: Any) -> dict[str, Any]:
    time = NOON + timedelta(seconds=at_s)
    return {"utctimestamp": time.isoformat(), "summary": "s", "details": {}} | fields


def write(bench: Bench, **events: dict[str, Any]) -> None:
    index = f"{bench.prefix}-20260214"
    documents = [Document(index, name, orjson.dumps(fields)) for name, fields in events.items()]
    assert {"stored"} == {outcome.status for outcome in bench.store.write(documents)}
    bench.refresh()


def find(bench: Bench, *clauses: Clause, limit: int = 100) -> list[str]:
    return [hit["_id"] for hit in bench.store.find(clauses, limit)]


def asking(name: str, *values: str, **bounds: datetime) -> Clause:
    return Clause({name: values}, **bounds)


def test_a_value_is_found_as_a_whole_and_exactly(bench: Bench) -> None:
    write(
        bench,
        same=event(details={"username": "joe"}),
        more=event(details={"username": "joe smith"}),
        other_case=event(details={"username": "Joe"}),
        accent=event(details={"username": "joé"}),
        elsewhere=event(details={"actor": "joe"}, summary="joe"),
    )

    assert find(bench, asking("details.username", "joe")) == ["same"]


def test_a_hit_is_the_whole_document_and_its_place(bench: Bench) -> None:
    whole = event(details={"username": "joe", "deep": {"a": [1, {"b": None}]}})
    write(bench, a=whole)

    (hit,) = bench.store.find([asking("details.username", "joe")], 10)

    assert hit == {"_index": f"{bench.prefix}-20260214", "_id": "a", "_source": whole}


def test_every_field_of_a_clause_has_to_hold_one_of_its_values(bench: Bench) -> None:
    write(
        bench,
        web1=event(hostname="web1", processid="7"),
        web2=event(hostname="web2", processid="7"),
        web3=event(hostname="web3", processid="7"),
        other=event(hostname="web1", processid="8"),
    )

    clause = Clause({"hostname": ("web1", "web2"), "processid": ("7",)})

    assert sorted(find(bench, clause)) == ["web1", "web2"]


def test_one_of_several_clauses_is_enough_and_each_document_comes_once(bench: Bench) -> None:
    write(bench, a=event(hostname="web1", processid="7"), b=event(hostname="web2"))

    clauses = [asking("hostname", "web1"), asking("processid", "7"), asking("hostname", "web2")]

    assert sorted(find(bench, *clauses)) == ["a", "b"]


def test_documents_are_found_by_their_ids(bench: Bench) -> None:
    write(bench, **{"m:0": event(), "m:1": event(), "m:10": event(), '"*': event()})

    assert sorted(find(bench, asking("_id", "m:1", '"*', "m"))) == ['"*', "m:1"]


@pytest.mark.parametrize(("stored", "asked"), [(4711, "4711"), ("4711", "4711"), (True, "true")])
def test_numbers_and_truth_values_are_compared_as_text(
    bench: Bench, stored: object, asked: str
) -> None:
    write(bench, a=event(details={"some": stored}), b=event(details={"some": "47110"}))

    assert find(bench, asking("details.some", asked)) == ["a"]


def test_one_element_of_an_array_is_enough_also_within_objects(bench: Bench) -> None:
    filled = [{"field": "a", "from": "m:1", "hops": 1}, {"field": "b", "from": "m:2", "hops": 2}]
    write(
        bench,
        a=event(tags=["x", "y"]),
        b=event(correlation={"filled": filled}),
        c=event(correlation={"filled": filled[:1]}),
        d=event(correlation={"ambiguous": [{"field": "a", "candidates": ["joe", "ann"]}]}),
    )

    assert find(bench, asking("tags", "y")) == ["a"]
    assert find(bench, asking("correlation.filled.from", "m:2")) == ["b"]
    assert sorted(find(bench, asking("correlation.filled.from", "m:1"))) == ["b", "c"]
    assert find(bench, asking("correlation.ambiguous.candidates", "ann")) == ["d"]


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8::1", "2001:DB8:0::1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_an_address_is_found_in_any_notation(bench: Bench, stored: str, asked: str) -> None:
    write(
        bench,
        a=event(details={"sourceipaddress": stored}),
        b=event(details={"sourceipaddress": "192.0.2.2"}),
    )

    assert find(bench, asking("details.sourceipaddress", asked)) == ["a"]


@pytest.mark.parametrize("asked", ["joe", "", "192.0.2.0/24", "192.0.2.1:80", "*", "fe80::1%eth0"])
def test_what_is_no_address_is_no_source_of_any_event(bench: Bench, asked: str) -> None:
    write(bench, a=event(details={"sourceipaddress": "192.0.2.1"}), b=event(hostname="web1"))

    clauses = [asking("details.sourceipaddress", asked), asking("hostname", "web1")]

    assert find(bench, *clauses) == ["b"]


def test_bounds_of_time_are_part_of_the_span(bench: Bench) -> None:
    write(bench, **{f"at{at}": event(at, hostname="web1") for at in range(6)})
    write(bench, never=event(hostname="web1", utctimestamp=None))
    two, four = NOON + timedelta(seconds=2), NOON + timedelta(seconds=4)

    assert find(bench, asking("hostname", "web1", since=two, until=four)) == ["at4", "at3", "at2"]
    assert find(bench, asking("hostname", "web1", since=four)) == ["at5", "at4"]
    assert find(bench, asking("hostname", "web1", until=NOON)) == ["at0"]
    assert find(bench, asking("hostname", "web1", since=four, until=two)) == []


def test_documents_without_a_time_are_found_where_none_is_asked_for(bench: Bench) -> None:
    write(bench, never=event(hostname="web1", utctimestamp=None))

    assert find(bench, asking("hostname", "web1")) == ["never"]


def test_the_newest_come_first_over_all_clauses_and_no_more_than_asked_for(bench: Bench) -> None:
    write(bench, **{f"at{at}": event(at, hostname=f"web{at % 2}") for at in range(6)})

    clauses = [asking("hostname", "web0"), asking("hostname", "web1")]

    assert find(bench, *clauses, limit=3) == ["at5", "at4", "at3"]


def test_hundreds_of_clauses_and_values_are_one_question(bench: Bench) -> None:
    write(
        bench,
        **{f"id{n}": event(n, hostname=f"web{n}", processid=f"{n}") for n in range(0, 900, 9)},
    )

    values = asking("processid", *(str(n) for n in range(900)))
    clauses = [asking("hostname", f"web{n}") for n in range(900)]

    assert len(find(bench, values, limit=1000)) == 100
    assert find(bench, *clauses, limit=2) == ["id891", "id882"]


@pytest.mark.parametrize(
    "value",
    [
        *('"', "*", "?", "(", "a AND b", "a OR b", "NOT", "NEAR(a b)", "w:b", "\\", "'", "--"),
        *("", " ", "\x00", "a\x00b", "\n", "é漢😀", "%", "_", "x" * 8191, "{}", "true", "null"),
    ],
)
def test_any_text_may_be_asked_for_and_finds_only_itself(bench: Bench, value: str) -> None:
    write(
        bench,
        a=event(details={"sessionid": value}),
        b=event(details={"sessionid": "a b"}),
        c=event(details={"sessionid": "ab"}),
    )

    assert find(bench, asking("details.sessionid", value)) == ["a"]


def test_a_text_longer_than_any_indexed_one_is_no_error(bench: Bench) -> None:
    write(bench, a=event(hostname="web1"))

    clauses = [asking("details.sessionid", "x" * 40_000), asking("hostname", "web1")]

    assert find(bench, *clauses) == ["a"]


def test_no_clause_and_a_clause_without_fields_or_values_ask_for_nothing(bench: Bench) -> None:
    write(bench, a=event())

    assert find(bench) == []
    assert find(bench, Clause({})) == []
    assert find(bench, Clause({}, since=NOON)) == []
    assert find(bench, asking("summary")) == []


def test_an_empty_store_finds_nothing(bench: Bench) -> None:
    assert find(bench, asking("hostname", "web1"), asking("_id", "a")) == []
