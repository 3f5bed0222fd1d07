"""What a store holds day by day; over the adapters that can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import orjson
import pytest

from mqworker.core.clause import Clause
from mqworker.core.message import Document
from mqworker.ports import Holdings
from tests.contract.sink_adapters import ADAPTERS, SERVICES, Bench


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.services] if name in SERVICES else [])
        for name in ADAPTERS
        if name != "memory"
    ]
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with ADAPTERS[request.param](request) as found:
        yield found


def fill(bench: Bench, day: str, count: int) -> str:
    name = f"{bench.prefix}-{day}"
    made: list[dict[str, Any]] = [
        {"summary": f"day{day} number{number}", "details": {}} for number in range(count)
    ]
    documents = [Document(name, f"{day}-{n}", orjson.dumps(one)) for n, one in enumerate(made)]
    assert {"stored"} == {outcome.status for outcome in bench.store.write(documents)}
    bench.refresh()
    return name


def test_each_index_is_told_with_its_documents_and_size(bench: Bench) -> None:
    store = cast("Holdings", bench.store)
    assert [] == store.holdings()
    names = [fill(bench, "20260102", 3), fill(bench, "out-of-range", 1), fill(bench, "20251231", 2)]

    found = {one.name: one for one in store.holdings()}

    assert sorted(names) == list(found)
    assert [3, 1, 2] == [found[name].documents for name in names]
    assert all(one.ours and one.size > 0 for one in found.values())


def test_what_is_dropped_is_gone_and_can_be_stored_anew(bench: Bench) -> None:
    store = cast("Holdings", bench.store)
    old, new = fill(bench, "20251231", 1200), fill(bench, "20260102", 3)

    store.drop(old)
    store.drop(old)
    bench.refresh()

    assert [new] == [one.name for one in store.holdings()]
    assert 3 == bench.store.count()
    assert [] == bench.store.search("day20251231", 10)
    assert 3 == len(bench.store.search("day20260102", 10))
    assert [] == bench.store.find([Clause({"_id": ("20251231-1",)})], 10)
    fill(bench, "20251231", 2)
    assert 2 == len(bench.store.search("day20251231", 10))
