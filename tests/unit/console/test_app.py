"""The application by itself: who is let in, and what may be asked for."""

from __future__ import annotations

import asyncio
import re
import threading
from urllib.parse import urlencode

import pytest

from mqworker.console import app as apps
from mqworker.core.console.routes import ROUTES
from mqworker.core.console.view import Asked, View
from tests.unit.console.visiting import HOST, LETS_IN, OWN, Reply, Visitor, served


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "PAUSE_S", 0.0)


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


CLOSED = [path for path, route in ROUTES.items() if not route.is_open]


@pytest.mark.parametrize("path", CLOSED)
def test_without_a_token_nothing_is_told_or_done(visitor: Visitor, path: str) -> None:
    named = {name.replace("-", "_"): text for name, text in OWN.items()}
    for method in ROUTES[path].methods:
        reply = visitor.ask(method, path, b"word=", **named)
        assert reply.status in (401, 403)
    assert [] == visitor.asked


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(visitor: Visitor) -> None:
    reply = visitor.ask("GET", f"/?token={LETS_IN}")

    assert (303, "/") == (reply.status, reply.headers["location"])
    assert re.fullmatch(
        r"mqworker_console=[\w-]{40,}; Path=/; HttpOnly; SameSite=Strict",
        reply.headers["set-cookie"],
    )
    assert LETS_IN not in str(reply)
    assert 200 == visitor.ask("GET", "/", cookie=reply.cookie).status


def test_behind_https_the_cookie_is_for_https_only(visitor: Visitor) -> None:
    visitor.console.access = apps.Access(LETS_IN, "https://console.example.org")
    reply = visitor.ask("GET", f"/?token={LETS_IN}", host="console.example.org")

    assert "; Secure" in reply.headers["set-cookie"]


@pytest.mark.parametrize(
    "query", ["token=", "token=wrong", "token=%00", f"token={LETS_IN}x", "token"]
)
def test_a_wrong_token_lets_nobody_in(visitor: Visitor, query: str) -> None:
    reply = visitor.ask("GET", f"/?{query}")

    assert 401 == reply.status
    assert "set-cookie" not in reply.headers


def test_the_token_can_be_typed_into_a_form_of_ours_only(visitor: Visitor) -> None:
    body = f"token={LETS_IN}".encode()
    own = {name.replace("-", "_"): text for name, text in OWN.items()}

    assert 303 == visitor.ask("POST", "/enter", body, **own).status
    assert 401 == visitor.ask("POST", "/enter", b"token=x", **own).status
    foreign = visitor.ask("POST", "/enter", body, origin="http://evil.example.org")
    assert 403 == foreign.status
    assert "set-cookie" not in foreign.headers


@pytest.mark.parametrize("host", ["evil.example.org", "evil.example.org:8090", "", None])
def test_under_a_strangers_name_nothing_is_served_with_the_token_or_without(
    visitor: Visitor, host: str | None
) -> None:
    cookie = visitor.enter()
    for path in ("/", f"/?token={LETS_IN}", "/console.css", "/api/overview", "/nothing"):
        reply = visitor.ask("GET", path, host=host, authorization=f"Bearer {LETS_IN}", **cookie)
        assert 421 == reply.status
        assert "set-cookie" not in reply.headers
    assert [] == visitor.asked


def test_two_hosts_in_one_request_are_one_too_many(visitor: Visitor) -> None:
    named = [(b"host", b"evil.example.org"), (b"host", HOST.encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": named}

    assert 421 == asyncio.run(served(visitor.console, scope, b"")).status


def test_a_change_is_made_for_a_form_of_ours_with_the_word_of_its_session(visitor: Visitor) -> None:
    reply = visitor.post("/replay", stage="decode", queue="q")

    assert 200 == reply.status
    name, asked = visitor.asked[-1]
    assert ("replay!", "decode", "q") == (name, asked.get("stage"), asked.get("queue"))


@pytest.mark.parametrize("path", ["/replay", "/remove", "/stop", "/leave"])
@pytest.mark.parametrize(
    "own",
    [
        *({}, {"origin": "null"}, {"origin": "http://evil.example.org"}),
        *({**OWN, "sec-fetch-site": "cross-site"}, {"origin": "http://127.0.0.1:9999"}),
    ],
)
def test_a_form_of_another_page_changes_nothing(
    visitor: Visitor, path: str, own: dict[str, str]
) -> None:
    assert 403 == visitor.post(path, own).status
    assert ["overview"] == [name for name, _ in visitor.asked]


@pytest.mark.parametrize("word", ["", "x"])
def test_a_form_without_the_word_changes_nothing(visitor: Visitor, word: str) -> None:
    assert 403 == visitor.post("/replay", word=word).status
    assert ["overview"] == [name for name, _ in visitor.asked]


def test_the_word_of_another_session_changes_nothing(visitor: Visitor) -> None:
    assert 403 == visitor.post("/replay", word=visitor.word(visitor.enter())).status


def test_a_console_that_is_read_only_changes_nothing() -> None:
    visitor = Visitor(writable=False)

    for path in ("/replay", "/remove", "/stop"):
        reply = visitor.post(path)
        assert (403, True) == (reply.status, "read only" in reply.body)
    assert 403 == visitor.ask("GET", "/remove", **visitor.enter()).status
    assert {"overview"} == {name for name, _ in visitor.asked}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_is_changed_but_by_post(visitor: Visitor, method: str) -> None:
    cookie = visitor.enter()

    assert 405 == visitor.ask(method, "/replay", **cookie).status
    assert "POST" == visitor.ask(method, "/replay", **cookie).headers["allow"]
    assert [] == visitor.asked


def test_who_leaves_is_let_in_no_more(visitor: Visitor) -> None:
    cookie = visitor.enter()
    body = urlencode({"word": visitor.word(cookie)}).encode()
    own = {name.replace("-", "_"): text for name, text in OWN.items()}

    reply = visitor.ask("POST", "/leave", body, **own, **cookie)

    assert "Max-Age=0" in reply.headers["set-cookie"]
    assert 401 == visitor.ask("GET", "/", **cookie).status


def test_a_program_reads_facts_by_the_token_and_changes_nothing_with_it(visitor: Visitor) -> None:
    known = {"authorization": f"Bearer {LETS_IN}"}
    own = {name.replace("-", "_"): text for name, text in OWN.items()}

    assert '{"made":"letters"}' == visitor.ask("GET", "/api/letters?stage=x", **known).body
    assert 401 == visitor.ask("GET", "/letters", **known).status
    assert 401 == visitor.ask("POST", "/replay", b"word=", **known, **own).status
    assert 401 == visitor.ask("GET", "/api/letters", authorization="Bearer x").status
    assert ["letters"] == [name for name, _ in visitor.asked]


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "/console.css/../app.py", "//", "/%2e%2e", "/static/x", "/.git"]
)
def test_no_other_path_leads_anywhere(visitor: Visitor, path: str) -> None:
    assert 404 == visitor.ask("GET", path, **visitor.enter()).status


@pytest.mark.parametrize("path", ["/", "/console.js", "/nothing", "/replay", "/?token=x"])
def test_every_answer_forbids_what_no_page_of_ours_needs(visitor: Visitor, path: str) -> None:
    for headers in (visitor.ask("GET", path).headers, visitor.ask("GET", path, host="x").headers):
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "nosniff" == headers["x-content-type-options"]
        assert "no-store" == headers["cache-control"]
        assert "same-origin" == headers["referrer-policy"]
        assert "DENY" == headers["x-frame-options"]


def test_a_form_that_is_too_large_or_has_too_many_fields_changes_nothing(visitor: Visitor) -> None:
    assert 413 == visitor.post("/replay", reason="x" * 70_000).status
    assert 403 == visitor.post("/replay", **{f"f{n}": "x" for n in range(60)}).status
    assert ["overview"] * 2 == [name for name, _ in visitor.asked]


def test_of_two_fields_of_one_name_the_first_counts_and_none_is_a_stumbling_block(
    visitor: Visitor,
) -> None:
    visitor.ask("GET", "/trace?value=a&value=b&%FF=%FF&=&&", **visitor.enter())

    assert "a" == visitor.asked[-1][1].get("value")


def test_a_defect_is_an_answer_without_its_cause(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    def defect(_asked: Asked) -> View:
        raise KeyError("secret")

    visitor.console.pages = {**visitor.console.pages, "overview": defect}
    reply = visitor.ask("GET", "/", **visitor.enter())

    assert (500, False) == (reply.status, "secret" in reply.body)
    assert "a defect while a page was made" in caplog.text


def test_pages_are_made_beside_each_other_so_many_at_once(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps, "PATIENCE_S", 0.1)
    held, most, now = threading.Event(), [0], [0]

    def slow(_asked: Asked) -> View:
        now[0] += 1
        most[0] = max(most[0], now[0])
        held.wait(10)
        now[0] -= 1
        return View("x", "/")

    visitor.console.pages = {**visitor.console.pages, "overview": slow}
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", HOST.encode()), (b"cookie", visitor.enter()["cookie"].encode())],
    }

    async def many() -> list[int]:
        asked = [
            asyncio.create_task(served(visitor.console, dict(scope), b""))
            for _ in range(apps.AT_ONCE + 3)
        ]
        turned_away: set[asyncio.Task[Reply]] = set()
        while len(turned_away) < 3:
            left = set(asked) - turned_away
            done, _ = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
            turned_away |= done
        held.set()
        return sorted(reply.status for reply in await asyncio.gather(*asked))

    assert [200] * apps.AT_ONCE + [503] * 3 == asyncio.run(many())
    assert apps.AT_ONCE == most[0]


def test_the_style_the_script_and_the_icon_are_complete(visitor: Visitor) -> None:
    style = visitor.ask("GET", "/console.css")

    assert "text/css; charset=utf-8" == style.headers["content-type"]
    assert "--page:" in style.body
    assert ".drawing" in style.body
    assert "url(" not in style.body
    assert "@import" not in style.body
    assert "innerHTML" not in visitor.ask("GET", "/console.js").body
    assert visitor.ask("GET", "/icon.svg").body.startswith("<svg")
