"""Activities for the tests of what is told of them: events, correlated, in a store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from mqworker.config.rulesfile import load_rules
from mqworker.core.clause import Hit
from mqworker.core.document import serialize
from mqworker.core.explain import Explained
from mqworker.core.explain_correlation import relate
from mqworker.core.message import Document
from mqworker.core.story import Story, compose
from mqworker.core.testimony import Witness
from mqworker.core.trail import Bounds, trace
from mqworker.sinks.memory import MemorySink

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = load_rules()
ADDRESS = "203.0.113.9"
SESSION = "9f86d081884c7d65"

Fields = dict[str, Any]


def event(at_s: float, program: str, summary: str = "something", **details: Any) -> Fields:
    """Return an event of a program on web1; `host` and `pid` in details are the event's own."""
    fields = {"hostname": details.pop("host", "web1"), "processid": str(details.pop("pid", 7))}
    time = NOON + timedelta(seconds=at_s)
    return {
        "utctimestamp": time.isoformat(),
        "processname": program,
        "summary": summary,
        "details": details,
        **fields,
    }


def web(start: float = 0, address: str = ADDRESS, number: str = "c1", **login: Any) -> list[Fields]:
    """Return a connection, an authentication, and an invalid input that names nobody."""
    login = {"sessionid": SESSION, "username": "mallory", **login}
    return [
        event(start, "haproxy", "connection", sourceipaddress=address, connectionid=number),
        event(start + 1.5, "shop-login", "logged in", connectionid=number, **login),
        event(start + 70, "shop", "ValueError", connectionid=number),
    ]


def ssh(
    start: float = 0, address: str = ADDRESS, user: str = "admin", pid: int = 42
) -> list[Fields]:
    """Return what one sshd process says of a connection."""
    return [
        event(start, "sshd", "Connection from", sourceipaddress=address, pid=pid),
        event(start + 1, "sshd", "input_userauth_request: invalid user", username=user, pid=pid),
        event(start + 2, "sshd", "pam_unix(sshd:auth): check pass", pid=pid),
    ]


def documents(events: Iterable[Fields], prefix: str = "events") -> list[Document]:
    """Return events as documents `m:0`, `m:1` …, correlated with each other."""
    explained = [
        Explained(number, {}, fields, "base", None, placed(number, fields, prefix))
        for number, fields in enumerate(events)
    ]
    related = [one.explained.document for one in relate(explained, RULES)]
    return [document for document in related if document]


def placed(number: int, fields: Fields, prefix: str) -> Document:
    """Return an event as a document that is not correlated."""
    return Document(f"{prefix}-20261123", f"m:{number}", serialize(fields))


def stored(*events: Fields) -> MemorySink:
    """Return a store that holds events, correlated with each other."""
    sink = MemorySink()
    sink.write(documents(events))
    return sink


def told(sink: MemorySink, value: str, **bounds: Any) -> Story:
    """Return the story of what has a value."""
    return trace(sink.find, value, RULES, Bounds(**bounds))


def summaries(story: Story) -> list[str]:
    """Return what a story's events say."""
    return [step.says.summary for step in story.steps]


def ids(story: Story) -> list[str]:
    """Return the IDs of a story's events."""
    return [step.says.id for step in story.steps]


def composed(value: str, hits: Iterable[Hit]) -> Story:
    """Return the story that these documents tell."""
    return compose(value, map(Witness(RULES).read, hits))
