"""The ASGI application: who asks is looked at, then a page is made in a thread, then it is sent.

1. Nothing but what is open is answered before the Host, and the token or a session, were looked at.
2. Nothing changes but by a POST from a page of the console itself, and only where that is allowed.
3. The event loop waits for nobody: what asks broker or sink is done in threads, so many at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from mqworker.console.answers import Maker, attempted, failed, redirect, rendered, secured
from mqworker.console.sessions import Session, Sessions
from mqworker.core.console.access import FOREIGN, WRONG_HOST, Access, bearer, cookie, same
from mqworker.core.console.frame import entrance, trouble
from mqworker.core.console.routes import STATIC, Route, route_of
from mqworker.core.console.view import Asked
from mqworker.core.display import clip, inert
from mqworker.core.intake.http import Answer
from mqworker.intake.answering import Send, closing, hang_up, headers_of, responded, undisturbed
from mqworker.intake.bodies import Larder, Portion, Receive, Unread, read

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Pages that are made at the same time."""

PATIENCE_S = 30.0
"""How long a request may wait for its turn, in seconds."""

FORM_BYTES, FORM_S = 64 * 1024, 10.0
"""How large a form may be, and how long it may take to come, in seconds."""

MOST_FIELDS = 50
PAUSE_S = 0.3
"""How long who comes with a wrong token waits for the answer, in seconds."""

BY_TOKEN = Session("")
"""Stands for a program that sends the token itself: it may read, and fills in no forms."""


class Call(NamedTuple):
    """A request that is let in so far.

    headers: by name in small letters. query: its fields.
    """

    method: str
    route: Route
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass
class Console:
    """The application. One event loop, one instance.

    access: who may ask. sessions: who was let in. cookie: the name of what their browsers keep.
    pages: by the name of a route; `NAME!` does what its POST asks for. static: contents by path.
    """

    access: Access
    sessions: Sessions
    pages: Mapping[str, Maker]
    static: Mapping[str, bytes]
    cookie: str = "mqworker_console"
    writable: bool = False
    larder: Larder = field(default_factory=lambda: Larder(16 * FORM_BYTES))

    def __post_init__(self) -> None:
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.pool = ThreadPoolExecutor(AT_ONCE, "page")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        answer: Answer | None
        try:
            answer = await self.served(scope, receive)
        except Unread as unread:
            answer = unread.answer and closing(unread.answer)
        except Exception:
            log.exception("a defect while a page was made")
            answer = failed(500, "a defect of mqworker; it is in its log")
        if answer is None:
            await hang_up(scope, receive, "close")
        elif not await responded(secured(answer), send):
            await hang_up(scope, receive, "abort")

    async def served(self, scope: dict[str, Any], receive: Receive) -> Answer:
        """Return the answer to a request.

        Raises:
            Unread: a form did not come.
        """
        headers, route = headers_of(scope), route_of(scope["path"])
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not self.access.knows_host(headers["host"]):
            refused = failed(HTTPStatus.MISDIRECTED_REQUEST, WRONG_HOST)
            return await undisturbed(refused, headers, receive)
        if route is None:
            refused = failed(HTTPStatus.NOT_FOUND, "there is no such page")
            return await undisturbed(refused, headers, receive)
        call = Call(scope["method"], route, headers, form_of(scope["query_string"]))
        return await self.answered(call, receive)

    async def answered(self, call: Call, receive: Receive) -> Answer:
        """Return the answer to a request for something that there is; see `served`."""
        route = call.route
        if refused := self.turned_away(call):
            return await undisturbed(refused, dict(call.headers), receive)
        if route.name in self.static:
            return Answer(200, self.static[route.name], STATIC[route.name])
        if route.name == "overview" and "token" in call.query and not route.as_json:
            return await self.entered(call.query["token"])
        session = self.session_of(call)
        if session is None and not route.is_open:
            refused = rendered(entrance(), "", writable=False, as_json=route.as_json)
            return await undisturbed(refused, dict(call.headers), receive)
        if call.method == "POST":
            return await self.posted(call, session, await self.form(receive))
        return await self.made(route.name, call.query, session or BY_TOKEN, route)

    def turned_away(self, call: Call) -> Answer | None:
        """Return the answer to a request that is not to be served, None if it may be."""
        if call.method not in call.route.methods:
            allowed = (("allow", ", ".join(call.route.methods)),)
            return failed(HTTPStatus.METHOD_NOT_ALLOWED, "not by this method", allowed)
        if call.method == "POST" and not self.access.is_own(call.headers):
            return failed(HTTPStatus.FORBIDDEN, FOREIGN)
        if call.route.changes and not self.writable:
            reason = "the console is read only: console_writable lets it change something"
            return failed(HTTPStatus.FORBIDDEN, reason)
        return None

    def session_of(self, call: Call) -> Session | None:
        """Return who asks, None if it is nobody who was let in."""
        if call.route.as_json and (token := bearer(call.headers)):
            return BY_TOKEN if self.access.lets_in(token) else None
        return self.sessions.find(cookie(call.headers, self.cookie))

    async def form(self, receive: Receive) -> dict[str, str]:
        """Return the fields of a form; see `served`."""
        portion = Portion(self.larder)
        try:
            return form_of(await read(receive, FORM_BYTES, FORM_S, portion))
        finally:
            portion.give_back()

    async def posted(
        self, call: Call, session: Session | None, fields: Mapping[str, str]
    ) -> Answer:
        """Return the answer to a form."""
        if call.route.name == "enter":
            return await self.entered(fields.get("token", ""))
        if session is None or not same(fields.get("word", ""), session.word):
            return failed(HTTPStatus.FORBIDDEN, FOREIGN)
        if call.route.name == "leave":
            self.sessions.end(cookie(call.headers, self.cookie))
            return redirect("/", (("set-cookie", self.kept("", age_s=0)),))
        log.info("console: %s was asked for: %s", call.route.name, spelled(fields))
        return await self.made(f"{call.route.name}!", fields, session, call.route)

    async def entered(self, token: str) -> Answer:
        """Let somebody in, who then goes on without the token in the address."""
        if not self.access.lets_in(token):
            await asyncio.sleep(PAUSE_S)
            view = entrance("This is not the token." if token else "")
            return rendered(view, "", writable=False, as_json=False)
        log.info("console: somebody was let in")
        return redirect("/", (("set-cookie", self.kept(self.sessions.begin())),))

    def kept(self, secret: str, *, age_s: int | None = None) -> str:
        """Return a cookie that no script sees and no other site has sent (RFC 6265bis)."""
        age = "" if age_s is None else f"; Max-Age={age_s}"
        secure = "; Secure" if self.access.is_encrypted else ""
        return f"{self.cookie}={secret}; Path=/; HttpOnly; SameSite=Strict{secure}{age}"

    async def made(
        self, name: str, fields: Mapping[str, str], session: Session, route: Route
    ) -> Answer:
        """Return a page, made in a thread."""
        asked = Asked(fields, session.word, datetime.now(UTC), self.writable)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.gate.acquire()
        except TimeoutError:
            view = trouble("Busy", "too many pages are being made: try again", 503)
            return rendered(view, session.word, writable=self.writable, as_json=route.as_json)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.pool, self.make, name, asked, route.as_json)
        finally:
            self.gate.release()

    def make(self, name: str, asked: Asked, as_json: bool) -> Answer:
        """Make a page; in a thread."""
        made = attempted(self.pages[name], asked)
        if isinstance(made, Answer):
            return made
        return rendered(made, asked.word, writable=self.writable, as_json=as_json)


def spelled(fields: Mapping[str, str]) -> str:
    """Return what a form asks for, for the log: printable, of bounded length, without its word."""
    told = {name: value for name, value in fields.items() if value and name != "word"}
    return inert(clip(" ".join(f"{name}={clip(value, 80)}" for name, value in told.items())))


def form_of(text: bytes) -> dict[str, str]:
    """Return the fields of a query or a form; of several of one name the first."""
    try:
        pairs = parse_qsl(
            text.decode("latin-1"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        return {}
    return dict(reversed(pairs))
