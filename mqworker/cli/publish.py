"""`mqworker publish`: events from a file to the broker, confirmed."""

from __future__ import annotations

import io
import os
import stat
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import click

from mqworker.cli.display import echo_json
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.reading import read_events
from mqworker.cli.sending import Sending
from mqworker.cli.status import BAD_DATA, DONE, complain, status_of
from mqworker.config.broker import BrokerOptions
from mqworker.config.settings import Settings
from mqworker.core.decode import Limits
from mqworker.core.errors import MqworkerError
from mqworker.core.trace_context import TRACEPARENT, TRACESTATE, carried
from mqworker.wiring.broker import open_publisher

LONGEST_RUN_ID = 200


def short_name(_ctx: click.Context, _param: click.Parameter, text: str | None) -> str:
    """Return the run's name, a random one when none was given.

    Raises:
        click.BadParameter: it would make message IDs that AMQP or Elasticsearch can't take.
    """
    if text is None:
        return uuid.uuid4().hex
    if not (text.isascii() and text.isprintable() and 0 < len(text) <= LONGEST_RUN_ID):
        raise click.BadParameter(f"expected 1 to {LONGEST_RUN_ID} printable ASCII characters")
    return text


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--id-field",
    metavar="NAME",
    help="The field of each event that is its message_id, as in details.eventid.",
)
@click.option(
    "--run-id",
    callback=short_name,
    metavar="TEXT",
    help="Begin each message_id with this; the line's number follows.  [default: random]",
)
@configured(BrokerOptions, services={"broker"})
@json_option("Print a JSON object: what was published, and what was not.")
def publish(
    configuration: Configuration,
    *,
    file: io.BufferedIOBase,
    id_field: str | None,
    run_id: str,
    as_json: bool,
) -> int:
    """Publish the events in FILE (- is standard input), one message for each.

    FILE has one JSON object on each line, or is one array of objects, or one object. Messages go
    to the first exchange, with the queue's name as routing key, and count when the broker has
    confirmed them. What is no event is told with its line number, the rest is sent, and the exit
    status is 65.

    Each line is a document of its own, because each message gets a message_id: the run's ID and
    the line's number. So the same file published twice is stored twice, unless it is with the
    same --run-id, or with --id-field. (Events without a time of their own go to the day on which
    they were published: for them this holds within a day.)

    $TRACEPARENT and $TRACESTATE, where they are set, are passed on in the messages' headers.
    """
    settings = configuration.settings
    context = carried({name: os.environ.get(name.upper()) for name in (TRACEPARENT, TRACESTATE)})
    with closing(open_publisher(settings)) as publisher:
        exchange, queue = settings.exchange[0], settings.first_queue
        sending = Sending(publisher, exchange, queue, run_id, id_field, context)
        status = send_all(sending, file, limits_of(settings))
    if as_json:
        echo_json(sending.summary())
    else:
        click.echo(sending.told())
    return status


def send_all(sending: Sending, file: io.BufferedIOBase, limits: Limits) -> int:
    """Publish everything; return the exit status."""
    try:
        with progress(file) as advance:
            for items in read_events(file, limits, advance):
                sending.send(items)
    except (MqworkerError, OSError) as error:
        complain(str(error))
        complain(sending.cure())
        return status_of(error) if isinstance(error, MqworkerError) else BAD_DATA
    except KeyboardInterrupt:
        complain(sending.cure())
        raise
    return BAD_DATA if sending.bad else DONE


def limits_of(settings: Settings) -> Limits:
    """Return what the worker, so configured, takes."""
    return Limits(
        max_body_bytes=settings.max_body,
        max_depth=settings.max_depth,
        max_keys=settings.max_keys,
        max_events=settings.max_events,
    )


@contextmanager
def progress(file: io.BufferedIOBase) -> Iterator[Callable[[int], Any]]:
    """Show how much of a file has been read, on a terminal; give what is told of each read."""
    size = size_of(file)
    if not size or not sys.stderr.isatty():
        yield lambda _read: None
        return
    with click.progressbar(length=size, label="publishing", file=sys.stderr) as bar:
        yield bar.update


def size_of(file: io.BufferedIOBase) -> int:
    """Return the bytes of a regular file, 0 for anything else."""
    try:
        status = os.fstat(file.fileno())
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
