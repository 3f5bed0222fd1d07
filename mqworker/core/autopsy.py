"""What a dead letter died of, and the place that was refused in what its sender wrote."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from mqworker.core.explain import Explained, explain
from mqworker.core.json_lines import render
from mqworker.core.letter import Letter
from mqworker.core.message import Delivery, Refusal
from mqworker.core.policy import Policy
from mqworker.core.replay import Foresight, as_delivered, foresee, replayed

STAGES_OF_RECORD = ("decode", "normalize")


class Wound(NamedTuple):
    """One refusal of a letter.

    position: of the event in its message.
    refusal: what was refused; expected and value as they are known now.
    whole: the record or event that its pointer points into, None when that can't be had.
    """

    position: int
    refusal: Refusal
    whole: Any


def wounds(letter: Letter, policy: Policy) -> Iterator[Wound]:
    """Give what was refused of a letter, in order, each with what it points into."""
    explained = {each.position: each for each in explain(delivered(letter), policy)}
    for failure in letter.failures:
        yield wound(failure.position, failure.refusal, explained.get(failure.position))


def wound(position: int, told: Refusal, place: Explained | None) -> Wound:
    """Return a refusal with what is known of its place."""
    whole = whole_of(told, place)
    if place and place.refusal and place.refusal.pointer == told.pointer:
        told = replace(
            told, expected=place.refusal.expected, value=told.value or place.refusal.value
        )
    if whole is not None and told.pointer and not points_into(whole, told.pointer):
        whole = None
    return Wound(position, told, whole)


def delivered(letter: Letter) -> Delivery:
    """Return what a worker would get, were it put back."""
    return as_delivered(letter, replayed(letter, ""))


def whole_of(told: Refusal, place: Explained | None) -> Any:
    """Return what a refusal's pointer points into, None when that can't be had."""
    if place is None or told.stage in ("write", "document", "unknown"):
        return None
    return place.record if told.stage in STAGES_OF_RECORD else place.event


def points_into(whole: Any, pointer: str) -> bool:
    """Tell whether a value, or the one around it, is there."""
    places = {line.pointer for line in render(whole)}
    return pointer in places or pointer.rpartition("/")[0] in places


def as_line(letter: Letter) -> dict[str, Any]:
    """Return for machines what a list says of a letter: its first failure, its deaths."""
    refusal = letter.failures[0].refusal
    return {
        "identity": letter.identity,
        "died": letter.died,
        "stage": refusal.stage,
        "schema": refusal.schema,
        "pointer": refusal.pointer,
        "reason": refusal.reason,
        "events": letter.events,
        "deaths": letter.deaths,
        "replays": letter.replays,
    }


def as_object(letter: Letter, policy: Policy) -> dict[str, Any]:
    """Return a letter for machines; its body is text, or base64 where it is none."""
    now = foresee(letter, policy)
    return {
        "identity": letter.identity,
        "died": letter.died,
        "deaths": letter.deaths,
        "replays": letter.replays,
        "failures": [asdict(each) for each in letter.failures],
        "properties": properties_of(letter),
        **body_of(letter.delivery.body),
        "now": now.forecast,
        "refused_now": [asdict(each) for each in now.failures],
    }


def body_of(body: bytes) -> dict[str, str]:
    """Return a body for machines."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": b64encode(body).decode()}


def properties_of(letter: Letter) -> dict[str, Any]:
    """Return the AMQP properties that are set."""
    given = letter.delivery.properties
    names = ("content_type", "content_encoding", "message_id", "timestamp", "app_id", "type")
    found = {name: getattr(given, name, None) for name in names}
    headers = dict(given.headers or {})
    return {name: value for name, value in found.items() if value is not None} | {
        "headers": headers
    }


def spelled(now: Foresight) -> str:
    """Return what would become of a letter, for a person."""
    match now.forecast:
        case "passes":
            return "it would be taken"
        case "unsure":
            return "it would be taken up to the sink, which is what refused it"
    first = now.failures[0].refusal
    beginning = (
        "some of its events would be refused"
        if now.forecast == "partly"
        else "it would be refused again"
    )
    return f"{beginning}, by {first.stage}: {first.reason}"
