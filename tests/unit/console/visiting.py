"""Somebody with a browser before the console's application, without any server."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from mqworker.console.answers import Maker
from mqworker.console.app import Console
from mqworker.console.server import static_files
from mqworker.console.sessions import Sessions
from mqworker.core.console.access import Access
from mqworker.core.console.routes import ROUTES
from mqworker.core.console.view import Asked, View

LETS_IN = "a-secret-that-nobody-guesses"
HOST = "127.0.0.1:8090"
OWN = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def cookie(self) -> str:
        return self.headers["set-cookie"].partition(";")[0]


class Visitor:
    """Somebody with a browser; `asked`: what pages were asked."""

    def __init__(self, *, writable: bool = True) -> None:
        self.asked: list[tuple[str, Asked]] = []
        names = {f"{each.name}{bang}" for each in ROUTES.values() for bang in ("", "!")}
        pages = {name: self.maker(name) for name in names}
        access = Access(LETS_IN)
        self.console = Console(
            access, Sessions(time.monotonic), pages, static_files(), writable=writable
        )

    def maker(self, name: str) -> Maker:
        def make(asked: Asked) -> View:
            self.asked.append((name, asked))
            return View(name, "/", ["made"], {"made": name})

        return make

    def ask(
        self, method: str, path: str, body: bytes = b"", host: str | None = HOST, **headers: str
    ) -> Reply:
        named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        named += [(b"host", host.encode())] if host is not None else []
        path, _, query = path.partition("?")
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
        return asyncio.run(served(self.console, scope | {"headers": named}, body))

    def enter(self) -> dict[str, str]:
        """Return what the browser sends once it was let in."""
        return {"cookie": self.ask("GET", f"/?token={LETS_IN}").cookie}

    def post(self, path: str, own: Mapping[str, str] = OWN, **fields: str) -> Reply:
        cookie = self.enter()
        word = self.word(cookie)
        body = urlencode({"word": word, **fields}).encode()
        named = {name.replace("-", "_"): text for name, text in (own | cookie).items()}
        return self.ask("POST", path, body, **named)

    def word(self, cookie: Mapping[str, str]) -> str:
        found = re.search(r'name="word" value="([^"]+)"', self.ask("GET", "/", **cookie).body)
        assert found
        return found[1]


async def served(console: Console, scope: dict[str, Any], body: bytes) -> Reply:
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await console(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], headers, sent[1]["body"].decode())
