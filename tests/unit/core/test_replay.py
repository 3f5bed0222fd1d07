from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.identity import identify
from mqworker.core.letter import Letter, Selection
from mqworker.core.message import Failure, Refusal
from mqworker.core.pipeline import prepare
from mqworker.core.policy import Policy
from mqworker.core.replay import Plan, as_delivered, foresee, replayed
from tests.unit.core.test_letter import RECEIVED, letter

POLICY = Policy(load_schemas())
GOOD = orjson.dumps({"summary": "good", "hostname": "web1"})
BAD = orjson.dumps({"summary": "bad", "hostname": "h" * 300})


def died(body: bytes, *failures: Failure, **properties: Any) -> Letter:
    return letter(*failures, body=body, **properties)


def several(*bodies: bytes, failed: tuple[int, ...]) -> Letter:
    refusals = [Failure(number, Refusal("validate", "bad")) for number in failed]
    return letter(*refusals, several=True, body=b"[" + b",".join(bodies) + b"]")


def test_a_replay_is_the_message_for_its_own_queue_counted() -> None:
    first = replayed(died(GOOD), "eventtask")

    assert (GOOD, "", "eventtask") == (first.body, first.exchange, first.routing_key)
    assert first.properties.headers is not None
    assert 1 == first.properties.headers["x-mqworker-replays"]
    assert RECEIVED.isoformat() == first.properties.headers["x-mqworker-received"]


def test_an_edited_body_keeps_the_identity_and_is_not_said_to_be_encoded() -> None:
    dead = died(gzip.compress(BAD), content_encoding="gzip")
    put_back = replayed(dead, "eventtask", GOOD)

    assert (GOOD, None) == (put_back.body, put_back.properties.content_encoding)
    assert "m" == identify(as_delivered(dead, put_back))


def test_the_same_documents_come_of_a_letter_however_often_it_is_replayed() -> None:
    dead = several(GOOD, BAD, GOOD, failed=(1, 2))
    once, twice = (
        prepare(as_delivered(dead, replayed(dead, "eventtask")), POLICY) for _ in range(2)
    )

    assert once == twice
    assert ["m:2"] == [event.id for event in once.events]


@pytest.mark.parametrize(
    ("dead", "forecast"),
    [
        (died(GOOD), "passes"),
        (died(BAD), "refused"),
        (died(b"{"), "refused"),
        (died(GOOD, Failure(0, Refusal("write", "400"))), "unsure"),
        (several(BAD, GOOD, GOOD, failed=(1, 2)), "passes"),
        (several(GOOD, BAD, GOOD, failed=(1, 2)), "partly"),
    ],
)
def test_it_is_foreseen_what_would_become_of_a_letter(dead: Letter, forecast: str) -> None:
    assert forecast == foresee(dead, POLICY).forecast


def test_a_second_copy_of_what_was_put_back_is_over() -> None:
    plan = Plan("eventtask")

    assert ["replay", "copy"] == [plan.fate(died(GOOD)) for _ in range(2)]


def test_what_died_again_meanwhile_is_left_to_the_next_run() -> None:
    plan = Plan("eventtask")
    again = died(GOOD, headers={"x-mqworker-count": 1, "x-mqworker-replays": 1})

    assert ["replay", "left"] == [plan.fate(died(GOOD)), plan.fate(again)]
    assert "replay" == Plan("eventtask").fate(again)


def test_another_body_under_the_same_identity_is_another_message() -> None:
    plan = Plan("eventtask")

    assert ["replay", "replay"] == [plan.fate(died(GOOD)), plan.fate(died(BAD))]


def test_what_was_put_back_too_often_is_worn() -> None:
    tired = died(GOOD, headers={"x-mqworker-replays": 3})

    assert "worn" == Plan("eventtask").fate(tired)
    assert "replay" == Plan("eventtask", most_replays=4).fate(tired)


def test_a_plan_leaves_what_is_not_selected_does_not_pass_or_is_beyond_its_number() -> None:
    nobody = Selection(identities=frozenset({"nobody"}))

    assert "left" == Plan("eventtask", nobody).fate(died(GOOD))
    assert "left" == Plan("eventtask", passing=POLICY).fate(died(BAD))
    assert "replay" == Plan("eventtask", passing=POLICY).fate(died(GOOD))
    plan = Plan("eventtask", most=1)
    assert ["replay", "left"] == [plan.fate(died(GOOD)), plan.fate(died(BAD))]


def test_with_edited_bodies_only_their_letters_are_meant() -> None:
    dead = died(BAD)
    plan = Plan("eventtask", edited={dead.key: GOOD})

    assert ["left", "replay"] == [plan.fate(died(b"other")), plan.fate(dead)]
    assert GOOD == plan.publication(dead).body
