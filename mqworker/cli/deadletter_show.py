"""`mqworker deadletter show`: a dead letter, what was wrong, and what would become of it now."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import islice
from typing import Any

import click

from mqworker.cli.display import clipped, echo_json, printable
from mqworker.cli.letters import look_through, selecting
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.snippet import draw, render
from mqworker.config.broker import BrokerOptions
from mqworker.config.events import EventOptions
from mqworker.core.explain import Explained, explain
from mqworker.core.letter import Letter, Selection
from mqworker.core.message import Failure, Refusal
from mqworker.core.policy import Policy
from mqworker.core.replay import Foresight, as_delivered, foresee, replayed
from mqworker.wiring.policy import build_policy

STAGES_OF_RECORD = ("decode", "normalize")
WIDTH = 120
LINES = 60


@click.command()
@configured(BrokerOptions, EventOptions, services={"broker"})
@json_option("Print each letter as a JSON object on a line of its own.")
@click.option(
    "-n", "--limit", type=click.IntRange(1), default=10, show_default=True, help="How many."
)
@click.option("--whole", is_flag=True, help=f"All of the body, not its first {LINES} lines.")
@selecting
def show(
    configuration: Configuration, *, selection: Selection, limit: int, whole: bool, as_json: bool
) -> None:
    """Show dead letters, the oldest first: body, reason, and the place that was refused. Read only.

    IDENTITY, which mqworker deadletter list --each prints, names letters. What would become of a
    letter now is told by the configuration and the schemas that this command is given.
    """
    policy = build_policy(configuration.settings)
    found = 0
    for letter in islice(look_through(configuration.settings, selection), limit):
        found += 1
        if as_json:
            echo_json(as_object(letter, policy))
        else:
            click.echo("\n".join(drawn(letter, policy, None if whole else LINES)))
    if not found:
        click.echo("there is no such dead letter", err=True)


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


def drawn(letter: Letter, policy: Policy, most: int | None) -> Iterator[str]:
    """Give a letter for a person, line by line."""
    when = f"{letter.died:%Y-%m-%d %H:%M:%S} UTC" if letter.died else "at an unknown time"
    yield f"dead letter {printable(letter.identity)}"
    yield f"  died {when}; deaths {letter.deaths}, replays {letter.replays}"
    yield from (f"  {line}" for line in body_lines(letter, most))
    explained = {each.position: each for each in explain(delivered(letter), policy)}
    for failure in letter.failures:
        place = explained.get(failure.position)
        if len(letter.failures) > 1:
            yield f"  event {failure.position}"
        yield from (f"  {line}" for line in pointed(failure, place))
    yield f"  now: {spelled(foresee(letter, policy))}"
    yield ""


def delivered(letter: Letter) -> Any:
    """Return what a worker would get, were it put back."""
    return as_delivered(letter, replayed(letter, ""))


def body_lines(letter: Letter, most: int | None) -> Iterator[str]:
    """Give the body as it was sent, printable; at most so many lines of it."""
    body = letter.delivery.body
    text = body.decode("utf-8", "backslashreplace")
    encoding = letter.delivery.properties.content_encoding
    yield f"body, {len(body)} bytes" + (f", {printable(encoding)}" if encoding else "")
    lines = text.splitlines()
    for line in lines[:most]:
        yield f"  {clipped(line, WIDTH) if most else printable(line)}"
    if most and len(lines) > most:
        yield f"  … {len(lines) - most} more lines: --whole"


def pointed(failure: Failure, place: Explained | None) -> Iterator[str]:
    """Draw what was refused, in the record or event that its pointer points into."""
    told = failure.refusal
    whole = whole_of(told, place)
    if place and place.refusal and place.refusal.pointer == told.pointer:
        told = replace(
            told, expected=place.refusal.expected, value=told.value or place.refusal.value
        )
    if whole is not None and told.pointer and not points_into(whole, told.pointer):
        whole = None
    yield from draw(told, whole)


def whole_of(told: Refusal, place: Explained | None) -> Any:
    """Return what a refusal's pointer points into, None when that can't be had."""
    if place is None or told.stage in ("write", "document", "unknown"):
        return None
    return place.record if told.stage in STAGES_OF_RECORD else place.event


def points_into(whole: Any, pointer: str) -> bool:
    """Tell whether a value, or the one around it, is there."""
    places = {line.pointer for line in render(whole)}
    return pointer in places or pointer.rpartition("/")[0] in places


def spelled(now: Foresight) -> str:
    """Return what would become of a letter, for a person."""
    match now.forecast:
        case "passes":
            return "it would be taken"
        case "unsure":
            return "it would be taken up to the sink, which is what refused it"
        case "partly":
            first = now.failures[0].refusal
            return (
                f"some of its events would be refused, by {first.stage}: {printable(first.reason)}"
            )
    first = now.failures[0].refusal
    return f"it would be refused again, by {first.stage}: {printable(first.reason)}"
