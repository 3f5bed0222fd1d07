"""Hostile messages and a whole worker: what is stored, what is not, and what a terminal shows."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from mqworker.core.message import Publication
from tests.broken_bodies import BROKEN
from tests.daemons import PROGRAM, Daemon, await_condition
from tests.integration.events import message
from tests.integration.pairs import Embedded, Served

LIMIT_S = 60.0
TERMINAL = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m\r\x08\x7f\u202e\u2066\u2028\u0085\ufeff\nmqworker: forged"
)
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"&"
EXPRESSIONS = "${jndi:ldap://a/b} {{7*7}} %s %(x)s {0} $(id) `id` ../../../etc/passwd"
EVERYTHING = TERMINAL + HTML + EXPRESSIONS
DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
KEYS = orjson.dumps({f"k{number}": 1 for number in range(100_000)})
STORED = [
    b'{"summary":"twice","summary":"last"}',
    b'{"summary":"' + b"9" * 5 + b'","details":{"a":18446744073709551616,"b":1e308}}',
    b'\xef\xbb\xbf{"summary":"byte order mark"}',
    orjson.dumps({"summary": "nul", "details": {"a\0b": "\0"}}),
    orjson.dumps({"summary": "names", "__proto__": {"x": 1}, "constructor": "x", "": 1, ".": 2}),
    orjson.dumps({"summary": "far", "timestamp": "9999-12-31T23:59:59Z"}),
    orjson.dumps({"summary": "near", "timestamp": "0001-01-01T00:00:00Z"}),
]
REFUSED = [
    DEEP,
    b"[" * 100_000,
    KEYS,
    orjson.dumps({"k" * 513: 1}),
    b'{"a":1e999}',
    b'{"a":' + b"9" * 100_000 + b"}",
    b'{"a":NaN}',
    b'{"a":-Infinity}',
    b'{"a":"\\ud800"}',
    b'{"a":"\xff"}',
    '{"a":1}'.encode("utf-16"),
    *(each.body for each in BROKEN if "bomb" in each.name),
]


def odd(text: str) -> Publication:
    """Return a message that says a text everywhere that a sender can."""
    event = {
        "summary": text,
        "hostname": text,
        "processname": text,
        "timestamp": text,
        "details": {text[:200]: text, "sessionid": text, "username": text, "requestid": "r1"},
    }
    return message(orjson.dumps(event), headers={"x-odd": text}, app_id="x", correlation_id="y")


def run(pair: Embedded, *arguments: str) -> str:
    """Run a command; return all that it printed."""
    where = ["--config", "/dev/null", "--sink", pair.sink]
    if arguments[0] == "deadletter":
        where = ["--config", "/dev/null", "--broker", pair.broker]
        arguments = (*arguments[:2], *where, *arguments[2:])
    else:
        arguments = (arguments[0], *where, *arguments[1:])
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 65), done.stderr
    return done.stdout + done.stderr


def unprintable(text: str) -> set[str]:
    """Return what a terminal could take for a command."""
    return {char for char in text if not char.isprintable() and char != "\n"}


def worked_off(
    pair: Embedded | Served, start_daemon: Callable[..., Daemon], sent: list[Publication]
) -> Daemon:
    """Publish messages, and let a worker work all of them off."""
    pair.publish(sent)
    daemon = start_daemon(*pair.flags, "--brake-ratio", "0")
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()
    return daemon


def test_hostile_bodies_are_stored_or_refused_and_cost_no_other_message(
    embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    sent = [message(body) for each in zip(REFUSED, STORED * 2, strict=False) for body in each]
    daemon = worked_off(embedded, start_daemon, sent)

    assert set(REFUSED) == {letter.body for letter in embedded.dead()}
    assert {"decode"} == {each.headers["x-mqworker-stage"] for each in embedded.dead()}
    assert len(STORED) == embedded.stored()
    assert "defect" not in daemon.log.read_text()


def test_nothing_that_a_sender_writes_moves_a_terminal_or_forges_a_line_of_the_log(
    embedded: Embedded, start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    body = EVERYTHING.encode()
    invalid = orjson.dumps({"category": "authentication", "summary": "x", "details": {TERMINAL: 1}})
    sent = [odd(EVERYTHING), message(body), message(invalid), message(b'{"a":"' + body + b'"}')]
    daemon = worked_off(embedded, start_daemon, sent)
    page, file = tmp_path / "story.html", tmp_path / "body"
    file.write_bytes(sent[0].body)

    shown: dict[str, str] = {"log": daemon.log.read_text()}
    for command in (
        ("search", "forged"),
        ("trace", EVERYTHING),
        ("trace", EVERYTHING, "--html", str(page)),
        ("deadletter", "list"),
        ("deadletter", "list", "--each"),
        ("deadletter", "show"),
    ):
        shown[" ".join(command)] = run(embedded, *command)
        if "--html" not in command:
            shown[" ".join((*command, "--json"))] = run(embedded, *command, "--json")
    explain = [PROGRAM, "explain", "--config", "/dev/null", str(file)]
    for more in ([], ["--json"]):
        done = subprocess.run([*explain, *more], capture_output=True, text=True, check=True)
        shown[f"explain {more}"] = done.stdout + done.stderr

    telling = {name for name, text in shown.items() if "owned" in text}
    assert {"search forged", "deadletter show", "deadletter show --json", "explain []"} <= telling
    assert {} == {name: found for name, text in shown.items() if (found := unprintable(text))}
    assert not any(line.startswith("mqworker: forged") for line in shown["log"].splitlines())
    assert "<script>alert" not in page.read_text()
    assert "onerror=alert(1)>" not in page.read_text()
    assert set() == unprintable(page.read_text()) - {"\t"}


FORGED: list[dict[str, Any]] = [
    {"x-mqworker-received": "0001-01-02T00:00:00+00:00"},
    {"x-mqworker-received": "9999-12-31T23:59:59-14:00"},
    {"x-mqworker-identity": "../../_all/_delete\r\n" + "x" * 600},
    {"x-mqworker-identity": "\r\n{}\n", "x-mqworker-count": 2**63 - 1},
    {"x-mqworker-count": -5, "x-mqworker-replays": "many", "x-mqworker-failures": "none"},
    {"x-mqworker-positions": "0-99999999999", "x-mqworker-queue": "other"},
    {"CC": ["eventtask"], "BCC": ["eventtask.dead"], "x-death": "\r\n"},
    {"a\r\nb": "c\r\nd", "": "", "x" * 255: "y"},
]


@pytest.mark.services
def test_forged_headers_end_no_worker_and_every_message_is_stored_or_a_dead_letter(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    good = [
        message(
            orjson.dumps({"summary": f"good {n}", "details": {"run": served.run, "eventid": n}}),
            headers={name: value for name, value in headers.items() if "CC" not in name},
        )
        for n, headers in enumerate(FORGED)
    ]
    bad = [message(b"bad %d" % n, headers=headers) for n, headers in enumerate(FORGED)]
    daemon = worked_off(served, start_daemon, [*good, *bad])

    assert len(good) == served.stored()
    assert {each.body for each in bad} <= {letter.body for letter in served.dead()}
    assert "defect" not in daemon.log.read_text()
