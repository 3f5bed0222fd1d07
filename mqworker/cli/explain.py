"""`mqworker explain`: what would happen to a message, without a service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, BinaryIO

import click
import orjson

from mqworker.cli.display import echo_json, printable
from mqworker.cli.moments import moment
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.snippet import draw
from mqworker.config.broker import DEAD_SUFFIX
from mqworker.config.events import EventOptions
from mqworker.config.privacyfile import load_privacy
from mqworker.config.rulesfile import load_rules
from mqworker.config.settings import Settings
from mqworker.core.correlation.rules import Rules
from mqworker.core.document import serialize
from mqworker.core.explain import Explained
from mqworker.core.explain import explain as explain_message
from mqworker.core.explain_correlation import Related, relate
from mqworker.core.json_lines import render
from mqworker.core.message import Delivery, Document, PlainProperties, Tag
from mqworker.core.phrases import linked, phrases, worded
from mqworker.core.privacy import Privacy
from mqworker.wiring.policy import build_policy

STAGES_OF_RECORD = ("decode", "normalize")
INDENT = " " * 6


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--message-id", metavar="TEXT", help="The AMQP message_id.")
@click.option("--timestamp", type=int, metavar="SECONDS", help="The AMQP timestamp.")
@click.option("--content-encoding", metavar="TEXT", help="The AMQP content_encoding, as in gzip.")
@click.option("--received", callback=moment, metavar="TIME", help="When it came.  [default: now]")
@configured(EventOptions, services={"privacy"}, more=("rules", "privacy", "privacy_key_file"))
@json_option("Print each event in the body as a JSON object on a line of its own.")
def explain(
    configuration: Configuration,
    *,
    file: BinaryIO,
    received: datetime | None,
    as_json: bool,
    **properties: Any,
) -> None:
    """Tell what would happen to the message whose body is in FILE (- is standard input).

    It is decoded, normalized and validated as `mqworker run` does it, with the same configuration,
    but nothing is sent anywhere. The events of a message of several (an array, or lines) are
    correlated with each other. With --privacy the document is shown as its rules leave it; what
    comes before is the true event. The exit status is 0 for a message that would be refused, too.
    """
    settings = configuration.settings
    # One byte more than is allowed is enough to see that it is too much.
    body = file.read(settings.max_body + 1)
    delivery = Delivery(
        Tag(0, 0),
        body,
        PlainProperties(**properties),
        received or datetime.now(UTC),
        exchange=settings.exchange[0],
        routing_key=settings.first_queue,
    )
    rules = load_rules(settings.rules)
    privacy = load_privacy(settings.privacy, settings.privacy_key)
    for one in relate([*explain_message(delivery, build_policy(settings))], rules):
        explained = hidden(one.explained, privacy, rules) if privacy else one.explained
        if as_json:
            echo_json(as_object(explained))
        else:
            lines = told(explained, settings, with_document=privacy is not None)
            click.echo("\n".join([*lines, *told_correlation(one)]))


def hidden(one: Explained, privacy: Privacy, rules: Rules) -> Explained:
    """Return what became of an event, its document as the rules of privacy leave it."""
    if one.document is None:
        return one
    # What correlation filled in is in the document by now, so it tells all that is to be hidden.
    fields = privacy.document(orjson.loads(one.document.source), {}, rules)
    return one._replace(document=one.document._replace(source=serialize(fields)))


def as_object(one: Explained) -> dict[str, Any]:
    """Return what became of one event, for machines."""
    return {
        "record": one.record,
        "event": one.event,
        "schema": one.schema,
        "refusal": asdict(one.refusal) if one.refusal else None,
        "document": document_object(one.document) if one.document else None,
    }


def document_object(document: Document) -> dict[str, Any]:
    """Return a document for machines."""
    source = orjson.loads(document.source)
    return {"index": document.index_name, "id": document.id, "source": source}


def told(one: Explained, settings: Settings, *, with_document: bool = False) -> Iterator[str]:
    """Give what became of one event, step by step, for a person."""
    yield f"event {one.position}"
    if one.record is not None:
        yield "  decoded"
        yield from indented(one.record)
    if one.event is not None:
        yield "  normalized"
        yield from indented(one.event)
    if one.schema:
        yield f"  schema {printable(one.schema)}"
    if one.refusal:
        whole = one.record if one.refusal.stage in STAGES_OF_RECORD else one.event
        yield from (f"  {line}" for line in draw(one.refusal, whole))
        yield f"  dead letter to queue {printable(settings.first_queue + DEAD_SUFFIX)}"
    if one.document:
        yield f"  document {one.document.id} ({len(one.document.source)} bytes)"
        yield f"  index {one.document.index_name}"
        if with_document:
            yield from indented(orjson.loads(one.document.source))


def told_correlation(one: Related) -> Iterator[str]:
    """Give what an event shares with others, and what became of what it does not state."""
    if one.step is not None:
        links = ", ".join(linked(link) for link in one.step.says.links)
        yield f"  links {links or 'none: it is correlated with no other event'}"
        yield from (f"  {worded(phrase)}" for phrase in phrases(one.step))


def indented(value: dict[str, Any]) -> Iterator[str]:
    """Give an object as indented JSON."""
    return (INDENT + printable(line.text) for line in render(value))
