"""The stream whose truth is known: what the benchmark prints of 100,000 events, of a few."""

import pytest

from benchmarks.labelled.__main__ import judged
from benchmarks.labelled.oracle import Oracle, see, shipped
from benchmarks.labelled.running import stated_events
from benchmarks.labelled.stream import generate
from tests.convergence import walks


@pytest.mark.parametrize("workers", [1, 3])
def test_nothing_is_filled_otherwise_than_the_rules_say_and_nothing_that_they_determine_is_missed(
    workers,
):
    judgment, counts = judged(generate(3000, seed=workers), workers)
    assert judgment.broken == 0
    assert {score.recall_of_rules for score in judgment.fields.values()} == {1.0}
    assert {score.recall_of_rules for score in judgment.links.values()} == {1.0}
    assert {"connection", "connection-port", "process", "request", "session"} == {*judgment.links}
    assert all(counts[fact] for fact in ("filled", "completed", "taken_back", "duplicates"))


def test_nothing_that_an_extractor_states_is_untrue():
    judgment, _ = judged(generate(3000, seed=9))
    assert dict.fromkeys(judgment.misstated, 0) == dict(judgment.misstated)


def test_the_quick_reading_of_the_rules_agrees_with_the_slow_one():
    book = shipped()
    events = [see(*event, book) for event in stated_events(generate(500, seed=3))]
    rules = {
        name: {"carries": rule["carries"], "before": rule["before"], "after": rule["after"]}
        for name, rule in book.rules.items()
    }
    plain = [
        {"id": name, "at": at, "links": list(links), "stated": stated}
        for name, at, links, stated in events
    ]
    slow = walks.answers(plain, rules, book.identity, book.max_hops, book.hot, book.candidates)
    oracle = Oracle(events, book)
    quick = {event.name: spelled(oracle.answers(event)) for event in events}
    assert slow == quick
    assert sum(map(len, quick.values())) > 200


def spelled(answers):
    """Return answers as the slow reference spells them."""
    return {field: tuple(spell(heading, told)) for field, (heading, told) in answers.items()}


def spell(heading, told):
    if heading == "filled":
        yield from ("fill", told["value"], told["link"], told["from"], told["hops"])
        yield round(told["seconds"] * 1000)
    elif heading == "ambiguous":
        yield from ("ambiguous", tuple(told["candidates"]), told["hops"])
    else:
        yield from ("hot", told["link"], told["hops"])
