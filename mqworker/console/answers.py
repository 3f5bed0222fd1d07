"""Views as HTTP answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson

from mqworker.console.desk import Busy
from mqworker.core.console.access import SECURITY
from mqworker.core.console.frame import page, trouble
from mqworker.core.console.view import Asked, Unasked, View
from mqworker.core.errors import Misconfigured, MqworkerError
from mqworker.core.intake.http import JSON, TEXT, Answer, Headers
from mqworker.core.urls import redact_text

HTML: Final = "text/html; charset=utf-8"
SEE_OTHER: Final = 303

Maker = Callable[[Asked], View | Answer]
"""Makes a page."""


def secured(answer: Answer) -> Answer:
    """Return an answer with the headers that every one has."""
    return answer._replace(headers=(*answer.headers, *SECURITY))


def rendered(view: View, word: str, *, writable: bool, as_json: bool) -> Answer:
    """Return a view as an answer.

    Args:
        view: what to tell.
        word: of the session, "" when nobody was let in.
        writable: whether changes are allowed.
        as_json: its facts are asked for, not its page.
    """
    if as_json:
        return Answer(view.status, written(view.facts), JSON)
    if view.location:
        return redirect(view.location)
    text = "".join(page(view, word, writable=writable))
    return Answer(view.status, text.encode("utf-8", "backslashreplace"), HTML)


def redirect(location: str, headers: Headers = ()) -> Answer:
    """Return an answer that leads to another page."""
    return Answer(SEE_OTHER, b"", TEXT, (("location", location), *headers))


def written(facts: Any) -> bytes:
    """Return facts as JSON; what JSON has no type for, as text."""
    try:
        return orjson.dumps(facts, default=str, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, orjson.JSONEncodeError):
        # Lone surrogates, or numbers beyond 64 bits: strangers wrote them.
        import json  # noqa: PLC0415 - next to never

        return json.dumps(facts, default=str, skipkeys=True).encode()


def failed(status: int, reason: str, headers: Headers = ()) -> Answer:
    """Return an answer to what is not served: a line of text, which tells no secret."""
    return Answer(status, f"{reason}\n".encode(), TEXT, headers)


def attempted(maker: Maker, asked: Asked) -> View | Answer:
    """Return what a maker makes, or what went wrong."""
    try:
        return maker(asked)
    except Unasked as wrong:
        return trouble("This can't be", str(wrong), 400)
    except Busy as busy:
        return trouble("Busy", str(busy), 409)
    except Misconfigured as error:
        return trouble("The configuration is wrong", redact_text(str(error)), 500)
    except MqworkerError as error:
        return trouble("A service does not answer", redact_text(str(error)), 503)
