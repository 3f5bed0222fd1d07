"""What every store promises to who completes its documents: see `mqworker.ports.Revisions`."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import orjson
import pytest

from mqworker.core.message import Amendment, Document, Place, Stored, Version
from tests.contract.sink_adapters import ADAPTERS, SERVICES, Bench

DAY = "20260214"
FIELDS = {"utctimestamp": "2026-02-14T16:48:00.000000+00:00", "summary": "first", "details": {}}


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.services if name in SERVICES else ())
        for name in ADAPTERS
    ]
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with ADAPTERS[request.param](request) as bench:
        yield bench


def place(bench: Bench, name: str, day: str = DAY) -> Place:
    return Place(f"{bench.prefix}-{day}", name)


def write(bench: Bench, *names: str, day: str = DAY, **fields: Any) -> None:
    source = orjson.dumps(FIELDS | fields)
    documents = [Document(*place(bench, name, day), source) for name in names]
    assert {"stored"} == {outcome.status for outcome in bench.store.write(documents)}


def fetch(bench: Bench, name: str, day: str = DAY) -> Stored:
    (stored,) = bench.store.fetch([place(bench, name, day)])
    assert stored is not None
    return stored


def amendment(bench: Bench, name: str, version: Version, **fields: Any) -> Amendment:
    return Amendment(place(bench, name), orjson.dumps(FIELDS | fields), version)


def amend(bench: Bench, *amendments: Amendment) -> list[str]:
    return [outcome.status for outcome in bench.store.amend(amendments)]


def found(bench: Bench, words: str) -> list[str]:
    bench.refresh()
    return [hit["_id"] for hit in bench.store.search(words, 10)]


def test_a_document_written_just_now_is_read_as_it_is(bench: Bench) -> None:
    details = {"text": "é漢😀\u0000\\\"'", "big": 2**62, "small": -1.5e-300, "none": None, "": [{}]}
    write(bench, "a", details=details)

    assert FIELDS | {"details": details} == fetch(bench, "a").source


def test_a_document_that_is_not_there_is_none(bench: Bench) -> None:
    write(bench, "a")

    places = [place(bench, "b"), place(bench, "a", "20200101"), place(bench, "a")]

    assert [None, None, fetch(bench, "a")] == bench.store.fetch(places)


def test_documents_of_several_indices_are_read_in_the_order_asked_for(bench: Bench) -> None:
    days = ["20260213", "20260214", "out-of-range"]
    for day in days:
        write(bench, "x", "y", day=day, summary=day)
    places = [place(bench, name, day) for name in "yx" for day in days]

    stored = bench.store.fetch(places)

    assert days * 2 == [each.source["summary"] for each in stored if each is not None]


def test_reading_nothing_and_amending_nothing_brings_nothing(bench: Bench) -> None:
    assert [] == bench.store.fetch([])
    assert [] == bench.store.amend([])


def test_the_same_document_may_be_asked_for_twice_at_once(bench: Bench) -> None:
    write(bench, "a")

    assert [fetch(bench, "a")] * 2 == bench.store.fetch([place(bench, "a")] * 2)


def test_reading_does_not_change_the_version(bench: Bench) -> None:
    write(bench, "a")

    assert fetch(bench, "a").version == fetch(bench, "a").version


def test_a_document_is_replaced_by_who_has_read_its_version(bench: Bench) -> None:
    write(bench, "a", details={"gone": 1})
    before = fetch(bench, "a")

    assert ["stored"] == amend(bench, amendment(bench, "a", before.version, summary="second"))

    after = fetch(bench, "a")
    assert FIELDS | {"summary": "second"} == after.source
    assert before.version != after.version


def test_an_old_version_replaces_nothing(bench: Bench) -> None:
    write(bench, "a")
    old = fetch(bench, "a").version
    amend(bench, amendment(bench, "a", old, summary="second"))
    current = fetch(bench, "a")

    assert ["duplicate"] == amend(bench, amendment(bench, "a", old, summary="third"))
    assert current == fetch(bench, "a")


def test_one_amender_after_the_other_succeeds_when_each_reads_first(bench: Bench) -> None:
    write(bench, "a")
    versions = []
    for number in range(5):
        versions.append(fetch(bench, "a").version)
        change = amendment(bench, "a", versions[-1], summary=f"number {number}")
        assert ["stored"] == amend(bench, change)

    assert FIELDS | {"summary": "number 4"} == fetch(bench, "a").source
    assert 5 == len(set(versions))


def test_of_two_amenders_of_one_version_in_one_batch_one_wins(bench: Bench) -> None:
    write(bench, "a")
    version = fetch(bench, "a").version

    statuses = amend(
        bench,
        amendment(bench, "a", version, summary="one"),
        amendment(bench, "a", version, summary="two"),
    )

    assert ["duplicate", "stored"] == sorted(statuses)
    winner = ["one", "two"][statuses.index("stored")]
    assert winner == fetch(bench, "a").source["summary"]


def test_of_several_threads_that_amend_one_version_one_wins(bench: Bench) -> None:
    names = [f"id-{n}" for n in range(50)]
    write(bench, *names)
    read = bench.store.fetch([place(bench, name) for name in names])
    versions = [each.version for each in read if each is not None]
    won: dict[str, list[str]] = {name: [] for name in names}
    ready = Barrier(4)

    def amend_all(who: str) -> None:
        changes = [
            amendment(bench, name, version, summary=who)
            for name, version in zip(names, versions, strict=True)
        ]
        ready.wait()
        for name, status in zip(names, amend(bench, *changes), strict=True):
            if status == "stored":
                won[name].append(who)

    threads = [Thread(target=amend_all, args=(f"amender {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {1} == {len(winners) for winners in won.values()}
    assert {name: fetch(bench, name).source["summary"] for name in names} == {
        name: winner for name, (winner,) in won.items()
    }


@pytest.mark.parametrize("day", [DAY, "20200101"])
def test_a_document_that_is_gone_is_not_made_by_an_amendment(bench: Bench, day: str) -> None:
    write(bench, "a")
    gone = place(bench, "b", day)

    assert ["duplicate"] == amend(bench, Amendment(gone, b"{}", fetch(bench, "a").version))
    assert [None] == bench.store.fetch([gone])
    assert ["a"] == found(bench, "first")


def test_a_version_that_no_document_ever_had_replaces_nothing(bench: Bench) -> None:
    write(bench, "a")
    before = fetch(bench, "a")

    assert ["duplicate"] == amend(bench, amendment(bench, "a", (10**9, 10**6), summary="second"))
    assert before == fetch(bench, "a")


@pytest.mark.parametrize("source", [b"{bad", b"[1]", b'"text"', b"{} {}"])
def test_what_is_no_json_object_is_refused_and_no_other(bench: Bench, source: bytes) -> None:
    write(bench, "a", "b", "c")
    changes = [
        amendment(bench, name, fetch(bench, name).version, summary="second") for name in "abc"
    ]
    changes[1] = changes[1]._replace(source=source)

    outcomes = bench.store.amend(changes)

    assert ["stored", "refused", "stored"] == [outcome.status for outcome in outcomes]
    assert outcomes[1].reason
    assert "first" == fetch(bench, "b").source["summary"]


def test_outcomes_come_in_the_order_of_the_amendments(bench: Bench) -> None:
    names = [f"id-{n}" for n in range(20)]
    write(bench, *names)
    changes = [amendment(bench, name, fetch(bench, name).version, summary="x") for name in names]
    amend(bench, *changes[::2])

    assert ["duplicate", "stored"] * 10 == amend(bench, *changes)


def test_a_big_batch_is_read_and_replaced_as_a_whole(bench: Bench) -> None:
    names = [f"id-{n}" for n in range(3000)]
    places = [place(bench, name) for name in names]
    write(bench, *names, details={"filler": "x" * 300})
    read = bench.store.fetch(places)
    changes = [
        amendment(bench, name, stored.version, summary=name)
        for name, stored in zip(names, read, strict=True)
        if stored is not None
    ]

    assert ["stored"] * 3000 == amend(bench, *changes)
    assert names == [
        stored.source["summary"] for stored in bench.store.fetch(places) if stored is not None
    ]


@pytest.mark.parametrize("name", ['"', "\\", "a:0", "é漢😀", " ", "/../*?#,", "\x01\t"])
def test_a_document_of_any_id_can_be_completed(bench: Bench, name: str) -> None:
    write(bench, name)

    change = amendment(bench, name, fetch(bench, name).version, summary="second")

    assert ["stored"] == amend(bench, change)
    assert "second" == fetch(bench, name).source["summary"]


def test_a_completed_document_is_found_by_its_new_words_only(bench: Bench) -> None:
    write(bench, "a", "b", details={"username": "joe"})

    change = amendment(bench, "a", fetch(bench, "a").version, details={"username": "ann"})
    amend(bench, change)

    assert (["a"], ["b"]) == (found(bench, "ann"), found(bench, "joe"))
    assert 2 == bench.store.count()


def test_a_completed_document_that_comes_again_is_still_a_duplicate(bench: Bench) -> None:
    write(bench, "a")
    amend(bench, amendment(bench, "a", fetch(bench, "a").version, summary="second"))

    again = Document(*place(bench, "a"), orjson.dumps(FIELDS))

    assert ["duplicate"] == [outcome.status for outcome in bench.store.write([again])]
    assert "second" == fetch(bench, "a").source["summary"]
