"""RabbitMQ for the tests: the node as they see it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from tests.services.lifecycle import Lifecycle, await_ready
from tests.services.web import Answer, ask

START_LIMIT_S = 240
NOT_OURS = "needs a RabbitMQ of the tests' own: unset MQWORKER_TEST_AMQP_URL"


class Depth(NamedTuple):
    """How many messages of a queue wait, and how many a consumer holds."""

    ready: int
    unacked: int


class Finished(NamedTuple):
    """A command's exit status and everything it printed."""

    status: int
    output: str


@dataclass
class Rabbitmq:
    """One RabbitMQ node.

    url: `amqp://user:password@host:port/`, virtual host `/`.
    management_url: of the HTTP API; None where there is none.
    tls_port: what `{tls_port}` in the configuration stood for.
    run_ctl: runs rabbitmqctl with these arguments.
    """

    lifecycle: Lifecycle
    url: str
    management_url: str | None = None
    tls_port: int = 0
    run_ctl: Callable[[Sequence[str]], Finished] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "localhost"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 5672

    def start(self) -> None:
        """Start it unless it runs, and wait until clients are served."""
        self.lifecycle.start()
        await_ready(self.lifecycle, "RabbitMQ", self._serves, START_LIMIT_S)

    def stop(self) -> None:
        """End it in good order (takes 6 seconds); its durable queues stay."""
        self.lifecycle.stop()

    def kill(self) -> None:
        """End it by SIGKILL. Queues declared just before may be gone: see `flush`."""
        self.lifecycle.kill()

    def flush(self) -> None:
        """Write down every queue declared so far: RabbitMQ itself does so seconds later."""
        self.ctl("eval", "mnesia:sync_log().")

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    @contextmanager
    def vhost(self) -> Iterator[str]:
        """Yield the URL of a new, empty virtual host; it is deleted afterwards.

        On a server that the environment named there is none to be had: the URL is the server's,
        so queue names have to be unique all the same.
        """
        if self.management_url is None:
            yield self.url
            return
        name = f"t{next(self._numbers)}"
        user = urlsplit(self.url).username
        self.manage("PUT", f"/api/vhosts/{name}")
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        self.manage("PUT", f"/api/permissions/{name}/{user}", rights)
        yield self.url.rpartition("/")[0] + "/" + name
        if self.lifecycle.running():
            self.manage("DELETE", f"/api/vhosts/{name}")

    def depth(self, queue: str, url: str | None = None) -> Depth:
        """Count the messages of a queue, as of now, in the virtual host that `url` names."""
        vhost = urlsplit(url or self.url).path[1:] or "%2F"
        path = f"/api/queues/{vhost}?disable_stats=true&enable_queue_totals=true"
        queues = {each["name"]: each for each in self.manage("GET", path).body}
        found = queues[queue]
        return Depth(found["messages_ready"], found["messages_unacknowledged"])

    def close_connections(self) -> int:
        """Close every client's connection, as an administrator does; return how many."""
        connections = self.manage("GET", "/api/connections").body
        for each in connections:
            self.manage("DELETE", f"/api/connections/{quote(each['name'], safe='')}")
        return len(connections)

    def manage(self, method: str, path: str, body: object = None) -> Answer:
        """Call the management plugin's HTTP API (`/api/…`)."""
        if self.management_url is None:
            pytest.skip(NOT_OURS)
        answer = ask(self.management_url, method, path, body)
        assert answer.status < 400, answer
        return answer

    def ctl(self, *args: str) -> str:
        """Run rabbitmqctl (takes a second or two) and return what it printed."""
        if self.run_ctl is None:
            pytest.skip(NOT_OURS)
        done = self.run_ctl(["--quiet", *args])
        assert done.status == 0, done.output
        return done.output

    def _serves(self) -> bool:
        return greets(self.host, self.port) and self._manages()

    def _manages(self) -> bool:
        if self.management_url is None:
            return True
        try:
            return ask(self.management_url, "GET", "/api/vhosts").status == 200
        except OSError:
            return False


def greets(host: str, port: int) -> bool:
    """Tell whether an AMQP 0-9-1 server answers the protocol header."""
    try:
        with closing(socket.create_connection((host, port), 5)) as link:
            link.sendall(b"AMQP\x00\x00\x09\x01")
            return link.recv(1) == b"\x01"
    except OSError:
        return False
