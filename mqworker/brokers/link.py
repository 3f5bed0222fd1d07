"""One connection to RabbitMQ with one channel, without a thread: it lives while `turn` is called.

1. Nothing here blocks for longer than `turn` was allowed to, and no callback raises: what went
   wrong is in `error`, the first cause, and the connection then closes by itself.
2. Each step has a time limit: TCP, TLS and handshake (pika's), declaring (`SETUP_LIMIT_S`),
   closing (`CLOSE_LIMIT_S`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pika
from pika import exceptions

SETUP_LIMIT_S = 10.0
CLOSE_LIMIT_S = 2.0

# pika reports each failure several times over, with tracebacks; here it is told once, by `error`.
logging.getLogger("pika").setLevel(logging.CRITICAL)

Connect = Callable[..., Any]
"""Makes a pika.SelectConnection out of parameters and callbacks."""


class Link:
    """A connection, from dialing to its end.

    channel: pika's channel once it is open.
    ready: whether everything that `setup` asked for was granted; set by calling `be_ready`.
    error: why it failed or ended; None while it lives.
    closed: whether nothing is left of it.
    """

    def __init__(self, connect: Connect, parameters: Any, setup: Callable[[Link], None]) -> None:
        """Begin to connect.

        Args:
            connect: which connection to make.
            parameters: pika's connection parameters.
            setup: called once the channel is open; has to lead to `be_ready`.
        """
        self.setup = setup
        self.channel: Any = None
        self.ready = False
        self.error: Exception | None = None
        self.closed = False
        self.was_open = False
        self.loop = pika.adapters.select_connection.IOLoop()
        self.loop.activate_poller()
        self.connection = connect(
            parameters,
            on_open_callback=self.opened,
            on_open_error_callback=self.ended,
            on_close_callback=self.ended,
            custom_ioloop=self.loop,
        )

    def turn(self, wait_s: float) -> None:
        """Send and receive what can be now; wait at most `wait_s` seconds for anything."""
        if self.closed:
            return
        try:
            self.run(max(0.0, wait_s))
        except (AssertionError, ValueError, exceptions.AMQPError, OSError) as error:
            # pika trips over itself where a connection is given up while it comes about: by us, or
            # by a peer that resets it before pika asks for its name (a ValueError).
            self.ended(self.connection, error)
            self.finish()
        if self.connection.is_closed:
            self.finish()

    def run(self, wait_s: float) -> None:
        """Run pika's loop once."""
        timer = self.loop.call_later(wait_s, nothing)
        self.loop.poll()
        self.loop.process_timeouts()
        self.loop.remove_timeout(timer)

    @property
    def unsent_bytes(self) -> int:
        """How much of what was written has not been sent yet."""
        transport = self.connection._transport  # noqa: SLF001 - its own adapters ask the same
        return int(transport.get_write_buffer_size()) if transport else 0

    def be_ready(self, _frame: Any = None) -> None:
        """Note that the channel can be used; fits as the callback of the last request."""
        self.ready = True

    def fail(self, error: Exception) -> None:
        """Give the connection up because of `error`."""
        if self.error is None:
            self.error = error
        self.ready = False
        if not (self.connection.is_closing or self.connection.is_closed):
            self.connection.close()
            self.loop.call_later(CLOSE_LIMIT_S, self.abort)

    def abort(self) -> None:
        """Drop the connection at once, as its heartbeat does: an orderly end takes a live peer."""
        if self.was_open and not self.connection.is_closed:
            self.connection._terminate_stream(self.error)  # noqa: SLF001 - no public way exists

    def opened(self, connection: Any) -> None:
        """Open the channel."""
        self.was_open = True
        self.loop.call_later(SETUP_LIMIT_S, self.overdue)
        connection.channel(on_open_callback=self.channel_opened)

    def channel_opened(self, channel: Any) -> None:
        """Ask for what is needed."""
        self.channel = channel
        channel.add_on_close_callback(lambda _, reason: self.fail(reason))
        channel.add_on_cancel_callback(lambda _: self.fail(CANCELLED))
        self.setup(self)

    def overdue(self) -> None:
        """Give up a broker that does not grant what was asked."""
        if not self.ready and self.error is None:
            self.fail(TimeoutError(f"the broker did not answer within {SETUP_LIMIT_S:.0f} s"))

    def ended(self, _connection: Any, reason: Exception) -> None:
        """Note the end of the connection."""
        if self.error is None:
            self.error = reason
        self.ready = False

    def finish(self) -> None:
        """Release the loop."""
        if not self.closed:
            self.closed = True
            self.loop.close()


CANCELLED = exceptions.ConsumerCancelled("the queue was deleted, or its node went down")


def nothing() -> None:
    """Do nothing: only the loop's waiting is to end."""
