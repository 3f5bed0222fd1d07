"""Each shipper's bytes go in, and the document comes out of Elasticsearch, normalized right."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.intakes import READY, TAKES, IntakeDaemon
from tests.services.elasticsearch import Elasticsearch
from tests.services.lifecycle import ServiceMissing
from tests.services.program import free_port
from tests.services.rabbitmq import Rabbitmq
from tests.services.shippers import rsyslog, syslog_ng, version_of
from tests.shippers import live, stack, table
from tests.shippers.captures import send
from tests.shippers.cases import (
    AMQP,
    BULK,
    CASES,
    EVENTS,
    MOZDEF,
    NG,
    RSYSLOGD,
    Case,
)
from tests.shippers.expected import FAILED, READ_IN_TEXT, Fields
from tests.shippers.stack import Stack
from tests.shippers.table import Row
from tests.unit.core.subset import part_of

TRIED: list[Row] = []
LIVE = 8
"""How many ways of real programs there are; with `CASES` they are the whole table."""

SYSLOG: tuple[Fields, ...] = (
    {
        "summary": FAILED,
        "category": "syslog",
        "hostname": "web1",
        "processname": "sshd",
        "processid": "1234",
        "severity": "INFO",
        "facility": "auth",
        "details": READ_IN_TEXT,
    },
    {"summary": "second line", "processname": "sudo", "processid": "77", "facility": "authpriv"},
)
FROM_RSYSLOG = tuple(line | {"summary": f" {line['summary']}"} for line in SYSLOG)
LOGIN: Fields = {
    "summary": "joe failed to log in",
    "category": "authentication",
    "severity": "WARNING",
    "tags": ["shop"],
    "details": {"username": "joe", "sourceipaddress": "192.0.2.17", "success": False},
}
OPENTELEMETRY: Fields = LOGIN | {
    "hostname": "web1",
    "processname": "shop",
    "tags": [],
    "details": {"username": "joe", "sourceipaddress": "192.0.2.17"},
}
CLIENT: tuple[Fields, ...] = (
    LOGIN | {"processname": "shop", "eventsource": "shop"},
    {
        "summary": "the order can't be read",
        "category": "application exception",
        "severity": "ERROR",
        "details": {
            "sessionid": "9f2c4b7ae1d84c60",
            "exception": "ValueError: invalid literal for int() with base 10: 'seventeen'",
        },
    },
)


@pytest.fixture(scope="module")
def running(
    rabbitmq: Rabbitmq, elasticsearch: Elasticsearch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with rabbitmq.vhost() as broker:
        made = stack.start(tmp_path_factory.mktemp("stack"), rabbitmq, broker, elasticsearch)
        yield made
        made.intake.discard()
        made.worker.discard()


def by_summary(documents: tuple[Fields, ...] | list[Fields]) -> list[Fields]:
    return sorted(documents, key=lambda document: str(document.get("summary", "")))


def compared(documents: list[Fields], expected: tuple[Fields, ...]) -> list[Fields]:
    """Return what the expected documents speak of, of each document."""
    pairs = zip(by_summary(documents), by_summary(expected), strict=True)
    return [part_of(document, wanted) for document, wanted in pairs]


def came(running: Stack, since: datetime, expected: tuple[Fields, ...]) -> list[Fields]:
    """Check what came out; return it."""
    documents = running.await_documents(since, len(expected))
    assert by_summary(expected) == compared(documents, expected)
    assert 0 == running.dead()
    return documents


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.shipper} {case.way}")
def test_what_a_shipper_sent_comes_out_normalized(running: Stack, case: Case) -> None:
    since, entries = stack.now(), case.entries
    statuses = send(entries, case.path, running.intake.url, running.broker)
    documents = came(running, since, case.expected)

    send(entries, case.path, running.intake.url, running.broker)
    count = len(case.expected)
    twice = count if case.unique else 2 * count
    assert twice == len(running.await_documents(since, twice))
    answers = " ".join(map(str, sorted(set(statuses)))) or "confirmed"
    told = table.known(documents)
    stored = f"{len(documents)} of {count}"
    TRIED.append(Row(case.shipper, case.tried, case.way, answers, stored, str(twice), told))


def tried(shipper: str, how: str, way: str, documents: list[Any], expected: int) -> None:
    """Take down what a real program did."""
    stored = f"{len(documents)} of {expected}"
    TRIED.append(Row(shipper, f"{how} itself", way, "", stored, "", table.known(documents)))


@contextmanager
def there(reason: type[Exception] = ServiceMissing) -> Iterator[None]:
    """Skip, or fail in CI, where a program is missing."""
    try:
        yield
    except reason as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@contextmanager
def intake_at(port: int, broker: str, log: Path, words: str = TAKES) -> Iterator[None]:
    """Run one more intake, at this port."""
    intake = IntakeDaemon(log, "--listen", f"127.0.0.1:{port}", "--broker", broker)
    try:
        intake.await_words(words)
        yield
    finally:
        intake.discard()


def test_rsyslog_itself_keeps_what_the_intake_can_not_take_yet(
    running: Stack, tmp_path: Path
) -> None:
    since, at = stack.now(), free_port()
    with there(), live.rsyslogd(tmp_path, at) as port:
        live.say(port, live.LINES[:1])
        time.sleep(1)
        with intake_at(at, running.broker, tmp_path / "intake.log"):
            live.say(port, live.LINES[1:])
            documents = came(running, since, FROM_RSYSLOG)
    tried("rsyslog", RSYSLOGD, f"{BULK}, omelasticsearch", documents, 2)


def test_rsyslog_itself_keeps_what_the_broker_can_not_take_yet(
    running: Stack, tmp_path: Path
) -> None:
    since, at, nowhere = stack.now(), free_port(), f"amqp://127.0.0.1:{free_port()}/"
    with there(), live.rsyslogd(tmp_path, at) as port:
        with intake_at(at, nowhere, tmp_path / "away.log", READY):
            live.say(port, live.LINES)
            time.sleep(3)
        with intake_at(at, running.broker, tmp_path / "intake.log"):
            came(running, since, FROM_RSYSLOG)


def test_syslog_ng_itself_keeps_what_the_intake_can_not_take_yet(
    running: Stack, tmp_path: Path
) -> None:
    since, at = stack.now(), free_port()
    with there(), live.syslog_ngd(tmp_path, at, running.broker, "http.conf") as port:
        live.say(port, live.LINES[:1])
        time.sleep(1)
        with intake_at(at, running.broker, tmp_path / "intake.log"):
            live.say(port, live.LINES[1:])
            documents = came(running, since, SYSLOG)
    tried("syslog-ng", NG, "POST /nxlog, lines", documents, 2)


def test_syslog_ng_itself_publishes(running: Stack, tmp_path: Path) -> None:
    since = stack.now()
    with there(), live.syslog_ngd(tmp_path, 1, running.broker, "amqp.conf") as port:
        live.say(port, live.LINES)
        documents = came(running, since, SYSLOG)
    tried("syslog-ng", NG, AMQP, documents, 2)


def test_mozdef_client_itself(running: Stack) -> None:
    since = stack.now()
    with there():
        live.mozdef_client(f"{running.intake.url}/events")
    tried("mozdef_client", MOZDEF, EVENTS, came(running, since, (LOGIN,)), 1)


@pytest.mark.parametrize(
    ("form", "send_it"),
    [("protobuf, gzip", live.opentelemetry), ("JSON", live.opentelemetry_json)],
)
def test_opentelemetrys_sdk_itself(
    running: Stack, form: str, send_it: Callable[[str], None]
) -> None:
    since = stack.now()
    send_it(f"{running.intake.url}/v1/logs")
    documents = came(running, since, (OPENTELEMETRY,))
    tried("opentelemetry", "opentelemetry-sdk 1.45", f"POST /v1/logs, {form}", documents, 1)


@pytest.mark.parametrize("way", [BULK, AMQP])
def test_the_handler_of_mqworker_itself(running: Stack, tmp_path: Path, way: str) -> None:
    since = stack.now()
    live.mqworker_client(running.intake.url if way == BULK else running.broker, tmp_path / "spool")
    documents = came(running, since, CLIENT)
    assert [] == list((tmp_path / "spool").iterdir())
    tried("mqworker.client", "mqworker.client", way, documents, 2)


def test_the_programs_are_those_that_the_table_names(tmp_path: Path) -> None:
    with there():
        programs = rsyslog(tmp_path, ""), syslog_ng(tmp_path, "")
    told = [version_of(programs[0], "-v"), version_of(programs[1], "--version")]
    assert ("8.2302" in told[0], "3.38" in told[1]) == (True, True), told
    assert version("opentelemetry-sdk").startswith("1.45")


def test_the_table_in_the_document_is_what_was_tried() -> None:
    if len(TRIED) < len(CASES) + LIVE:
        pytest.skip("not everything has been tried in this run")
    if table.wanted():
        table.write(table.render(TRIED))
    assert table.render(TRIED) == table.committed(), "run: python -m tests.shippers"
