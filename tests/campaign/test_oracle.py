"""The oracle over recorded results, each spoiled in one way."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache

import pytest

from tests.campaign.oracle import judge
from tests.campaign.record import Exit, Found, Letter, Record
from tests.campaign.rehearsal import Parties, rehearse


@cache
def sound() -> Record:
    return rehearse(Parties(), seed=3)


@pytest.fixture
def record() -> Record:
    """What there is after a campaign in which nothing went wrong."""
    return deepcopy(sound())


def found(record: Record) -> set[str]:
    return {finding.what for finding in judge(record).findings}


def filled(record: Record) -> Found:
    return next(each for each in record.documents if "filled" in each.source.get("correlation", {}))


def lonely(record: Record) -> Found:
    """Return a document that is evidence for no other."""
    return next(each for each in record.documents if each.source["hostname"] == "plain.example.com")


def lose(record: Record) -> None:
    record.documents.remove(lonely(record))


def double(record: Record) -> None:
    record.documents.append(lonely(record)._replace(index="events-20260103"))


def double_by_name(record: Record) -> None:
    record.documents.append(lonely(record)._replace(id="another"))


def invent(record: Record) -> None:
    made = deepcopy(lonely(record))
    made.source["details"]["eventid"] = "nobody's"
    record.documents.append(made)


def fill_wrongly(record: Record) -> None:
    document = filled(record)
    entry = document.source["correlation"]["filled"][0]
    entry["value"] = document.source["details"][entry["field"][8:]] = "mallory"


def leave_unfilled(record: Record) -> None:
    document = filled(record)
    for entry in document.source.pop("correlation")["filled"]:
        del document.source["details"][entry["field"][8:]]


def name_wrong_evidence(record: Record) -> None:
    filled(record).source["correlation"]["filled"][0]["from"] = "another"


def change(record: Record) -> None:
    lonely(record).source["details"]["temperature"] = 451


def drop_field(record: Record) -> None:
    del lonely(record).source["details"]["run"]


def forget_letter(record: Record) -> None:
    record.letters.pop()


def blame_another_step(record: Record) -> None:
    record.letters[0] = record.letters[0]._replace(stage="normalize")


def blame_something_else(record: Record) -> None:
    record.letters[0] = record.letters[0]._replace(reason="it is Saturday")


def bury_twice(record: Record) -> None:
    record.letters.append(record.letters[0]._replace(identity="another"))


def bury_the_living(record: Record) -> None:
    owed = next(each for each in record.obligations.values() if each.due == "document")
    record.letters.append(Letter(owed.body, owed.name, "normalize", "a defect of mqworker"))


def need_a_human(record: Record) -> None:
    record.exits.append(Exit("worker-a", 78, ""))


def crash(record: Record) -> None:
    record.exits.append(Exit("worker-a", 1, ""))


def die_of_something_else(record: Record) -> None:
    record.exits.append(Exit("worker-a", -11, "term"))


def leave_with_messages(record: Record) -> None:
    record.exits.append(Exit("worker-a", 75, "end"))


def tell_a_secret(record: Record) -> None:
    record.complaints.append("worker-a-0.log: a secret in a log")


def hang(record: Record) -> None:
    record.stuck = "nothing moved for 180 s"


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lose, "lost"),
        (double, "doubled"),
        (double_by_name, "doubled"),
        (invent, "unknown"),
        (fill_wrongly, "wrong fill"),
        (leave_unfilled, "wrong fill"),
        (name_wrong_evidence, "wrong fill"),
        (forget_letter, "letter missing"),
        (blame_another_step, "wrong reason"),
        (blame_something_else, "wrong reason"),
        (bury_twice, "letter doubled"),
        (bury_the_living, "unknown"),
        (need_a_human, "exit"),
        (crash, "exit"),
        (die_of_something_else, "exit"),
        (leave_with_messages, "exit"),
        (tell_a_secret, "log"),
        (hang, "stuck"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_one_defect_is_one_kind_of_finding(
    record: Record, spoil: Callable[[Record], None], what: str
) -> None:
    spoil(record)

    assert {what} == found(record)


@pytest.mark.parametrize("spoil", [change, drop_field])
def test_a_field_that_is_not_what_was_sent_is_found(
    record: Record, spoil: Callable[[Record], None]
) -> None:
    spoil(record)

    assert {"changed", "wrong fill"} == found(record)


def test_what_nobody_confirmed_may_be_missing(record: Record) -> None:
    document = lonely(record)
    record.documents.remove(document)
    record.confirmed.remove(document.source["details"]["eventid"])

    assert set() == found(record)


def test_what_nobody_confirmed_may_not_be_there_twice(record: Record) -> None:
    document = lonely(record)
    record.documents.append(document._replace(id="another"))
    record.confirmed.remove(document.source["details"]["eventid"])

    assert {"doubled"} == found(record)


def test_a_dead_letter_that_comes_again_counts_once(record: Record) -> None:
    record.letters.append(record.letters[0])

    assert set() == found(record)
    assert 1 == judge(record).figures["repeated dead letters"]


def test_a_bad_input_that_became_a_document_is_found(record: Record) -> None:
    document = lonely(record)
    name = document.source["details"]["eventid"]
    owed = record.obligations[name]
    record.obligations[name] = replace(owed, due="letter", stage="decode")

    assert {"letter missing", "unknown"} <= found(record)
