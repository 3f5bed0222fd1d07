from collections import Counter
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from mqworker.core.message import PlainProperties, Publication
from mqworker.core.traffic import BAD
from mqworker.demo import Account
from mqworker.demo.account import take_account, way_of
from mqworker.wiring.broker import open_dead_letters, open_publisher


def letter(body: bytes, stage: str | None) -> Publication:
    headers = {} if stage is None else {"x-mqworker-stage": stage}
    return Publication(body, PlainProperties(headers=headers), "", "eventtask.dead")


def body_of(account: Account, bad: str | None) -> bytes:
    return next(body for body, each in account.plan.planted.items() if each.bad == bad)


def test_a_demonstration_adds_up(account: Account):
    assert account.complete
    assert account.plan.good == account.stored
    assert account.plan.bad_by_way() == account.dead
    assert set(BAD) == set(account.dead)
    assert (0, 0) == (account.misjudged, account.left)


@pytest.mark.parametrize(
    "change",
    [
        {"stored": 1},
        {"stored": 10**6},
        {"dead": Counter({"bad port": 1})},
        {"misjudged": 1},
        {"left": 1},
    ],
)
def test_an_account_with_a_wrong_number_in_it_is_not_complete(
    account: Account, change: dict[str, Any]
):
    assert not replace(account, **change).complete


def test_a_document_and_a_dead_letter_are_shown_that_tell_something(account: Account):
    assert account.document is not None
    assert account.dead_letter is not None
    assert "username" in account.document["_source"]["details"]
    assert account.document in account.hits
    headers = account.dead_letter.message.properties.headers or {}
    refusal = account.dead_letter.explained.refusal
    assert refusal is not None
    assert ("validate", "/details/sourceport") == (refusal.stage, refusal.pointer)
    assert refusal.reason == headers["x-mqworker-reason"]


def test_a_dead_letter_counts_only_when_it_was_planned_at_its_stage(account: Account):
    good, bad = body_of(account, None), body_of(account, "bad port")

    assert "bad port" == way_of(letter(bad, "validate"), account.plan)
    assert way_of(letter(bad, "decode"), account.plan) is None
    assert way_of(letter(bad, None), account.plan) is None
    assert way_of(letter(good, "validate"), account.plan) is None
    assert way_of(letter(b"from somewhere else", "decode"), account.plan) is None


def test_what_is_still_in_the_queue_and_what_does_not_belong_to_the_dead_is_told(account: Account):
    good, bad = body_of(account, None), body_of(account, "bad port")
    settings = account.site.settings
    stray = [letter(good, "validate"), letter(bad, "validate")]
    with closing(open_dead_letters(settings)) as dead_letters:
        dead_letters.publish(stray)
    with closing(open_publisher(settings)) as publisher:
        publisher.publish([Publication(b"{}", PlainProperties(), "", settings.first_queue)])

    later = take_account(account.site, account.plan, account.held, account.seconds)

    assert (1, 1) == (later.misjudged, later.left)
    assert account.copies + 1 == later.copies
    assert account.dead == later.dead
    assert not later.complete
