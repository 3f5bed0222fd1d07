"""A handler for Python's logging."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from mqworker.client.client import Client
from mqworker.client.counts import Counts
from mqworker.client.entry import Entry
from mqworker.client.event import event_of_record
from mqworker.client.plain import to_json
from mqworker.client.settings import Settings
from mqworker.client.shipping import OWN_THREAD
from mqworker.client.tracing import current_context

OWN_LOGGERS = ("pika", "mqworker")
"""What a client itself may log by; over AMQP that is never sent."""


class Handler(logging.Handler):
    """Sends log records as events; never blocks, never raises, never logs itself.

    For `logging.config.dictConfig` all arguments go beside `class`. A formatter has no effect:
    the fields of a record are sent as fields.
    """

    def __init__(self, url: str, *, level: int | str = logging.NOTSET, **settings: Any) -> None:
        """Connect to nothing yet.

        Args:
            url: of an intake or of RabbitMQ.
            level: what is less than this is not sent.
            settings: see `mqworker.client.settings.Settings`.

        Raises:
            ValueError: the URL makes no sense.
            TypeError: there is no such setting.
        """
        super().__init__(level)
        self.client = Client(Settings(url=url, **settings))
        self.quiet = OWN_LOGGERS if url.startswith("amqp") else ()

    @property
    def counts(self) -> Counts:
        """What became of the records so far, in this process."""
        return self.client.counts

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record; see `logging.Handler.emit`."""
        if OWN_THREAD.__dict__.get("here") or record.name.split(".")[0] in self.quiet:
            return
        try:
            event = event_of_record(record, self.client.program, record.process or 0)
            self.client.put(Entry(uuid.uuid4().hex, to_json(event), current_context()))
        except Exception as error:  # noqa: BLE001 - an application must not fail for its logs
            where = f"{record.name}, line {record.lineno}"
            self.client.tally.drop(1, f"not a record: {type(error).__name__}: {where}")

    def flush(self) -> None:
        """Do nothing: the threads send as fast as they can. `close` waits for them."""

    def close(self) -> None:
        """Send what is left, within `exit_s` seconds, and stop."""
        self.client.close()
        super().close()
