"""The ASGI application: a request in, a plan made of it, the broker's word awaited, an answer out.

1. No success is answered before the broker has confirmed what the request asked to be published.
2. Whatever goes wrong in here is a 500 for one request, logged without its body.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mqworker.core.intake.access import Access
from mqworker.core.intake.bulk import drops_answers
from mqworker.core.intake.http import FULL, HANG_UP, Answer, Plan, Request, Stamp, error
from mqworker.core.intake.metrics import Counts, Gauges, answer_metrics
from mqworker.core.intake.plan import BULK, NOWHERE, not_allowed, plan
from mqworker.core.intake.routes import DOCUMENT, Route, route_of
from mqworker.core.intake.rules import Rules
from mqworker.core.trace_context import carried
from mqworker.intake.answering import (
    Send,
    closing,
    hang_up,
    headers_of,
    responded,
    undisturbed,
)
from mqworker.intake.bodies import Larder, Portion, Receive, Unread, read, too_large
from mqworker.intake.outflow import Job, Outflow, Word

if TYPE_CHECKING:
    from mqworker.tracing.requests import RequestTraces

log = logging.getLogger(__name__)

DEFECT = error(500, "a defect of mqworker; it is in its log")
TAKING = ("POST", "PUT")
"""Methods of requests that hold events."""


@dataclass(frozen=True, slots=True)
class Patience:
    """read_s: how long a body may take, in seconds. held_bytes: what all bodies may take."""

    read_s: float = 30.0
    held_bytes: int = 256 * 2**20


@dataclass
class Intake:
    """The application. One event loop, one instance.

    in_flight: events, and dead letters, that the broker has not confirmed yet.
    traces: makes the spans of requests, None for no traces.
    """

    rules: Rules
    access: Access
    outflow: Outflow
    patience: Patience = field(default_factory=Patience)
    counts: Counts = field(default_factory=Counts)
    connections: Callable[[], int] = lambda: 0
    traces: RequestTraces | None = None

    def __post_init__(self) -> None:
        self.larder = Larder(self.patience.held_bytes)
        self.in_flight = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        route = route_of(scope["path"], scope["method"])
        portion = Portion(self.larder)
        try:
            answer = await self.served(scope, route, receive, portion)
        except Exception:
            log.exception("a defect while a request was served")
            answer = DEFECT
        finally:
            portion.give_back()
        name = route.name if route else "none"
        self.counts.requests[name, answer.status if answer else 0] += 1
        if answer is None or answer == HANG_UP:
            await hang_up(scope, receive, "close")
        elif not await responded(answer, send):
            await hang_up(scope, receive, "abort")

    async def served(
        self, scope: dict[str, Any], route: Route | None, receive: Receive, portion: Portion
    ) -> Answer | None:
        """Return the answer to a request; None if its client is gone."""
        headers = headers_of(scope)
        if refused := self.turned_away(scope, route, headers):
            return await undisturbed(refused, headers, receive)
        assert route is not None  # noqa: S101 - turned away above
        try:
            most, limit_s = self.rules.max_request_bytes, self.patience.read_s
            body = await read(receive, most, limit_s, portion)
        except Unread as unread:
            return unread.answer and when_unread(unread.answer, route, headers)
        self.counts.received_bytes += len(body)
        if route.name == "/metrics":
            return answer_metrics(self.counts, self.gauges())
        request = Request(scope["method"], scope["path"], headers, body)
        return await self.traced(request, route)

    async def traced(self, request: Request, route: Route) -> Answer:
        """Carry a request out, in spans of its own where traces are wanted."""
        context = carried(request.headers)
        if self.traces is None or request.method not in TAKING:
            return (await self.planned(request, route, context))[0]
        spans = self.traces.begin(request.method, route.name, context)
        answer, events = Answer(0), 0
        try:
            answer, events = await self.planned(request, route, spans.context)
        finally:
            spans.end(answer.status, events)
        return answer

    async def planned(
        self, request: Request, route: Route, context: Mapping[str, str]
    ) -> tuple[Answer, int]:
        """Plan a request and carry it out; return its answer, and how many events it had."""
        stamp = Stamp(uuid4().hex, datetime.now(UTC), context)
        wanted = plan(request, route, self.rules, stamp, ready=self.outflow.ready)
        return await self.carried_out(wanted), len(wanted.events)

    def turned_away(
        self, scope: dict[str, Any], route: Route | None, headers: dict[str, str]
    ) -> Answer | None:
        """Return the answer to a request whose body is not wanted, None if it is."""
        if route is None:
            return NOWHERE
        address = scope["client"][0] if scope["client"] else ""
        if refused := self.access.refuse(route.name, address, headers.get("authorization", "")):
            return refused
        if scope["method"] not in route.methods:
            return not_allowed(route)
        if int(headers.get("content-length", 0)) > self.rules.max_request_bytes:
            return too_large(self.rules.max_request_bytes)
        return None

    async def carried_out(self, wanted: Plan) -> Answer:
        """Publish what a plan asks for; return its answer."""
        self.counts.refused += wanted.refused
        if not wanted.events and not wanted.letters:
            return wanted.confirmed
        word = await self.published(wanted)
        if word != "confirmed":
            return wanted.unconfirmed
        self.counts.events += len(wanted.events)
        self.counts.letters += len(wanted.letters)
        return wanted.confirmed

    async def published(self, wanted: Plan) -> Word:
        """Return the broker's word on what a plan wants published."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Word] = loop.create_future()
        size = sum(len(each.body) for part in (wanted.events, wanted.letters) for each in part)

        def settle(word: Word) -> None:
            loop.call_soon_threadsafe(conclude, future, word)

        count = len(wanted.events) + len(wanted.letters)
        self.in_flight += count
        try:
            job = Job(wanted.events, wanted.letters, size, settle)
            return self.outflow.offer(job) or await future
        finally:
            self.in_flight -= count

    def gauges(self) -> Gauges:
        """Return what is now."""
        flow = self.outflow
        return Gauges(self.connections(), flow.count, flow.size, flow.ready)


def conclude(future: asyncio.Future[Word], word: Word) -> None:
    """Tell a request, unless it has been cancelled."""
    if not future.done():
        future.set_result(word)


def when_unread(answer: Answer, route: Route, headers: dict[str, str]) -> Answer:
    """Return the answer to a request whose body was not read to its end.

    Heka and rsyslog drop what is answered: what they may send again is not.
    """
    drops = route.name in (BULK, DOCUMENT) and drops_answers(headers)
    return HANG_UP if drops and answer == FULL else closing(answer)
