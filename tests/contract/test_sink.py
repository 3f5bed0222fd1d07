"""What every sink promises, and every archive: see `mqworker.ports`."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import orjson
import pytest

from mqworker.core.message import Document
from tests.contract.sink_adapters import ADAPTERS, SERVICES, Bench


def adapters() -> list[Any]:
    return [
        pytest.param(name, marks=pytest.mark.services if name in SERVICES else ())
        for name in ADAPTERS
    ]


@pytest.fixture(params=adapters())
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with ADAPTERS[request.param](request) as bench:
        yield bench


def event(summary: str = "Accepted publickey for joe", at: int = 0, **more: Any) -> dict[str, Any]:
    time = f"2026-02-14T16:48:{at:02}.000000+00:00"
    return {"utctimestamp": time, "summary": summary, "details": {}} | more


def document(bench: Bench, name: str, day: str = "20260214", **fields: Any) -> Document:
    return Document(f"{bench.prefix}-{day}", name, orjson.dumps(event(**fields)))


def write(bench: Bench, *documents: Document) -> list[str]:
    statuses = [outcome.status for outcome in bench.store.write(documents)]
    bench.refresh()
    return statuses


def found(bench: Bench, words: str, limit: int = 10) -> list[str]:
    return [hit["_id"] for hit in bench.store.search(words, limit)]


def test_verifying_says_in_a_line_what_is_there(bench: Bench) -> None:
    said = bench.store.verify()

    assert said.strip()
    assert "\n" not in said


def test_each_new_document_is_stored_and_said_to_be(bench: Bench) -> None:
    documents = [document(bench, f"id-{n}") for n in range(300)]

    assert write(bench, *documents) == ["stored"] * 300
    assert bench.store.count() == 300


def test_writing_nothing_has_no_outcomes(bench: Bench) -> None:
    assert write(bench) == []


def test_a_document_that_comes_again_is_a_duplicate_and_changes_nothing(bench: Bench) -> None:
    write(bench, document(bench, "same", summary="first"))

    assert write(bench, document(bench, "same", summary="second")) == ["duplicate"]
    assert bench.store.count() == 1
    assert [hit["_source"]["summary"] for hit in bench.store.search("first", 10)] == ["first"]


def test_a_document_twice_in_a_batch_is_stored_once(bench: Bench) -> None:
    statuses = write(bench, document(bench, "a"), document(bench, "b"), document(bench, "a"))

    assert sorted(statuses) == ["duplicate", "stored", "stored"]
    assert statuses[1] == "stored"
    assert bench.store.count() == 2


def test_outcomes_come_in_the_order_of_the_documents(bench: Bench) -> None:
    write(bench, *[document(bench, f"id-{n}") for n in range(0, 20, 2)])

    statuses = write(bench, *[document(bench, f"id-{n}") for n in range(20)])

    assert statuses == ["duplicate", "stored"] * 10


def test_an_id_is_unique_within_its_index_only(bench: Bench) -> None:
    write(bench, document(bench, "same", "20260214"))

    assert write(bench, document(bench, "same", "20260215")) == ["stored"]
    assert bench.store.count() == 2


def test_a_document_that_is_stored_elsewhere_is_a_duplicate(bench: Bench) -> None:
    write(bench, document(bench, "old", "20260213"))
    elsewhere = (f"{bench.prefix}-20260212", f"{bench.prefix}-20260213")
    again = document(bench, "old")._replace(elsewhere=elsewhere)
    new = document(bench, "new")._replace(elsewhere=elsewhere)

    assert write(bench, new, again, document(bench, "other")) == ["stored", "duplicate", "stored"]
    assert bench.store.count() == 3


def test_a_document_written_just_now_is_found_elsewhere_at_once(bench: Bench) -> None:
    bench.store.write([document(bench, "old", "20260213")])
    again = document(bench, "old")._replace(elsewhere=(f"{bench.prefix}-20260213",))

    assert write(bench, again) == ["duplicate"]


def test_no_index_elsewhere_is_as_good_as_no_document_in_it(bench: Bench) -> None:
    new = document(bench, "new")._replace(elsewhere=(f"{bench.prefix}-20200101",))

    assert write(bench, new) == ["stored"]


@pytest.mark.parametrize("source", [b"{bad", b"[1]", b'"text"', b"{} {}"])
def test_a_document_that_is_no_json_object_is_refused_and_no_other(
    bench: Bench, source: bytes
) -> None:
    bad = Document(f"{bench.prefix}-20260214", "bad", source)

    outcomes = bench.store.write([document(bench, "a"), bad, document(bench, "b")])
    bench.refresh()

    assert [outcome.status for outcome in outcomes] == ["stored", "refused", "stored"]
    assert outcomes[1].reason
    assert bench.store.count() == 2


@pytest.mark.parametrize(
    "name", ['"', "\\", "a:0", "\u00e9\u6f22\U0001f600", " ", "x" * 480, "/../*?#,", "\x01\t"]
)
def test_any_text_may_be_an_id(bench: Bench, name: str) -> None:
    assert write(bench, document(bench, name)) == ["stored"]
    assert write(bench, document(bench, name)) == ["duplicate"]
    assert found(bench, "publickey") == [name]


@pytest.mark.parametrize(
    "details",
    [
        {"text": "\u00e9\u6f22\U0001f600 \u0000 \\ \" '"},
        {"big": 2**62, "small": -1.5e-300, "yes": True, "none": None},
        {"deep": {"a": {"b": [{"c": [[1], []]}]}}},
        {"long": "x" * 1_000_000},
        {"": 1, " ": 2, ".": 3, "a..b": 4, "a.b": 5},
        {f"key{n}": n for n in range(2000)},
        {"sourceipaddress": "2001:db8::1", "destinationipaddress": "192.0.2.1"},
        {"sourceipaddress": "no address", "sourceport": "none", "success": "yes"},
    ],
)
def test_what_a_document_says_comes_back_as_it_went_in(
    bench: Bench, details: dict[str, Any]
) -> None:
    whole = event(details=details)

    assert write(bench, document(bench, "a", **whole)) == ["stored"]

    (hit,) = bench.store.search("publickey", 10)
    assert hit == {"_index": f"{bench.prefix}-20260214", "_id": "a", "_source": whole}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"user": "joe"}, {"user": {"name": "joe"}}),
        ({"user": {"name": "joe"}}, {"user": "joe"}),
        ({"n": 1}, {"n": "one"}),
        ({"n": True}, {"n": 1.5}),
        ({"n": "2026-02-14"}, {"n": "yesterday"}),
        ({"n": [1, 2]}, {"n": [{"a": 1}]}),
    ],
)
def test_one_key_may_mean_different_things_to_different_senders(
    bench: Bench, first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert write(bench, document(bench, "a", details=first)) == ["stored"]
    assert write(bench, document(bench, "b", details=second)) == ["stored"]


def test_several_threads_that_write_the_same_store_each_document_once(bench: Bench) -> None:
    documents = [document(bench, f"id-{n}") for n in range(100)]
    statuses: list[str] = []
    ready = Barrier(6)

    def write_all() -> None:
        ready.wait()
        statuses.extend(outcome.status for outcome in bench.store.write(documents))

    threads = [Thread(target=write_all) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.refresh()

    assert statuses.count("stored") == 100
    assert statuses.count("duplicate") == 500
    assert bench.store.count() == 100


def test_closing_a_second_time_does_nothing(bench: Bench) -> None:
    bench.store.write([document(bench, "a")])

    bench.store.close()
    bench.store.close()


def test_an_empty_store_holds_and_finds_nothing(bench: Bench) -> None:
    assert bench.store.count() == 0
    assert bench.store.search("anything", 10) == []


def test_documents_of_all_indices_are_counted_and_found(bench: Bench) -> None:
    days = ("20260213", "20260214", "out-of-range")
    write(bench, *[document(bench, day, day) for day in days])

    assert bench.store.count() == 3
    assert set(found(bench, "publickey")) == set(days)


def test_the_newest_documents_are_found_first_and_no_more_than_asked_for(bench: Bench) -> None:
    write(bench, *[document(bench, f"id-{at}", at=at) for at in (3, 1, 4, 2, 5)])

    assert found(bench, "publickey", 3) == ["id-5", "id-4", "id-3"]


def test_only_documents_with_every_word_are_found(bench: Bench) -> None:
    write(
        bench,
        document(bench, "both", summary="Failed password for joe"),
        document(bench, "one", summary="Failed password for ann"),
        document(bench, "none", summary="Accepted publickey"),
    )

    assert found(bench, "failed joe") == ["both"]
    assert found(bench, "rhinoceros") == []


def test_a_document_is_found_by_a_value_in_any_of_its_fields(bench: Bench) -> None:
    details = {"username": "joe", "sourceipaddress": "192.0.2.7", "custom": "rhinoceros"}
    fields = {"hostname": "web1", "category": "authentication", "tags": ["prod"]}
    write(
        bench,
        document(bench, "a", details=details, **fields),
        document(bench, "b", summary="Something else"),
    )

    words = ["joe", "192.0.2.7", "rhinoceros", "web1", "authentication", "prod", "joe publickey"]
    assert {word: found(bench, word) for word in words} == {word: ["a"] for word in words}


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "(",
        "a AND",
        "OR",
        "NOT x",
        "*",
        "x~",
        "^",
        "-",
        "a:b",
        "\\",
        "",
        " ",
        "\x00",
        "'",
        "[}",
    ],
)
def test_any_words_may_be_searched_for(bench: Bench, words: str) -> None:
    write(bench, document(bench, "a"))

    assert isinstance(bench.store.search(words, 10), list)
