"""What mqworker writes about itself: nothing of a message, and no secret, whatever goes wrong.

Each test plants words in messages, and secrets where they belong, and looks for both in all that is
written: logs, standard output and error, what systemd is told, what clients are answered.
"""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from mqworker.client.client import Client
from mqworker.client.settings import Settings
from tests.daemons import Daemon, await_condition
from tests.intakes import IntakeDaemon
from tests.integration.events import event, message
from tests.integration.pairs import Embedded, Served
from tests.integration.trails import record, start_cloudtrail
from tests.notified import NotifySocket
from tests.services.aws import CREDENTIALS, Trail
from tests.services.rabbitmq import Rabbitmq
from tests.stubs.scripted import scripted

WORD = "planted-word"
SECRET = "Planted/Secret:1@x"  # noqa: S105 - as a URL must not hold it: it comes in several forms
QUOTED = "Planted%2FSecret%3A1%40x"
BASIC = base64.b64encode(f"joe:{SECRET}".encode()).decode()
SECRETS = (SECRET, QUOTED, "Planted/Secret", "PlantedToken", BASIC, BASIC.rstrip("="))
LIMIT_S = 60.0

LOGS = [("info", "json"), ("debug", "text")]

Plant = Callable[[str, str], Path]


@pytest.fixture
def secret_file(tmp_path: Path) -> Plant:
    """Write a secret into a file of its own."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    return write


@pytest.fixture
def systemd() -> Iterator[NotifySocket]:
    with NotifySocket() as heard:
        yield heard


def look_for(text: str, level: str = "info") -> None:
    """Fail if a secret, or above debug a part of a message, is in a text."""
    assert [] == [each for each in SECRETS if each in text]
    if level != "debug":
        lines = [line for line in text.splitlines() if WORD in line.lower()]
        assert lines == []


def told(systemd: NotifySocket) -> str:
    return json.dumps([each.assignments for each in systemd.said])


def bad_bodies(run: str) -> list[bytes]:
    """Return bodies that are refused at each step."""
    return [
        f'{{"summary": "{WORD}'.encode(),
        WORD.encode(),
        f'"{WORD}"'.encode(),
        f'["{WORD}", 7]'.encode(),
        b"\xff" + WORD.encode(),
        b'{"' + WORD.encode() + b'": ' + b"[" * 2000 + b"]" * 2000 + b"}",
        orjson.dumps(event(run, 1, hostname=WORD * 40)),
        orjson.dumps(event(run, 2, timestamp=WORD)),
        orjson.dumps(event(run, 3, severity=[WORD], tags={WORD: WORD})),
        orjson.dumps({WORD: WORD, "details": WORD}),
    ]


@pytest.mark.parametrize(("level", "form"), LOGS)
def test_a_worker_tells_nothing_of_what_it_takes_and_refuses(
    embedded: Embedded, start_daemon: Callable[..., Daemon], level: str, form: str
) -> None:
    good = [orjson.dumps(event(embedded.run, n, summary=f"{WORD} {n}")) for n in range(9)]
    bodies = [*good, *bad_bodies(embedded.run)]
    embedded.publish([message(body, message_id=f"{WORD}-{n}") for n, body in enumerate(bodies)])
    daemon = start_daemon(*embedded.flags, "--log-level", level, "--log-format", form)
    await_condition(lambda: len(embedded.dead()) >= 8, LIMIT_S, daemon.log)
    assert daemon.stop() == 0

    look_for(daemon.log.read_text(), level)


def test_elasticsearch_quotes_a_value_and_the_log_does_not(
    served: Served, start_daemon: Callable[..., Daemon], systemd: NotifySocket
) -> None:
    day = datetime.now(UTC) - timedelta(days=17)
    index = f"/events-{day:%Y%m%d}"
    number = {"mappings": {"properties": {f"details.{WORD}": {"type": "long"}}}}
    served.elasticsearch.ask("DELETE", index)
    served.elasticsearch.ask("PUT", index, number)
    bad = event(served.run, 1, timestamp=day.isoformat())
    bad["details"][WORD] = f"{WORD} is no number"
    good = event(served.run, 2)
    served.publish([message(orjson.dumps(each)) for each in (bad, good)])
    daemon = start_daemon(*served.flags, env=systemd.environ(0.0))
    await_condition(lambda: served.dead_count() == 1, LIMIT_S, daemon.log)
    assert WORD in served.dead()[0].headers["x-mqworker-reason"]
    assert daemon.stop() == 0
    served.elasticsearch.ask("DELETE", index)

    look_for(daemon.log.read_text() + told(systemd))


@pytest.mark.parametrize(
    "where",
    [
        ("--sink", f"http://joe:{QUOTED}@127.0.0.1:1/"),
        ("--broker", f"amqp://joe:{QUOTED}@127.0.0.1:1/?x_token=PlantedToken"),
        ("--memory", f"redis://joe:{QUOTED}@127.0.0.1:1/0"),
        ("--broker", f"redis://joe:{QUOTED}@127.0.0.1:1/0"),
    ],
)
def test_a_service_that_is_away_gives_no_password_away(
    embedded: Embedded,
    start_daemon: Callable[..., Daemon],
    systemd: NotifySocket,
    where: tuple[str, str],
) -> None:
    flags = dict([("--broker", embedded.broker), ("--sink", embedded.sink), where])
    given = [each for pair in flags.items() for each in pair]
    daemon = start_daemon(*given, "--log-level", "debug", env=systemd.environ(0.0))
    words = "127.0.0.1"
    await_condition(
        lambda: words in daemon.log.read_text() or not daemon.running, LIMIT_S, daemon.log
    )
    daemon.stop()

    assert words in daemon.log.read_text()
    look_for(daemon.log.read_text() + told(systemd), "debug")


def test_passwords_in_files_are_not_told_by_services_that_refuse_them(
    rabbitmq: Rabbitmq,
    start_daemon: Callable[..., Daemon],
    secret_file: Plant,
    tmp_path: Path,
) -> None:
    with rabbitmq.vhost() as url:
        address = url.rpartition("@")[2]
        flags = ["--broker", f"amqp://joe@{address}", "--sink", f"sqlite:///{tmp_path}/sink"]
        flags += ["--broker-password-file", str(secret_file("broker", SECRET))]
        daemon = start_daemon(*flags, "--log-level", "debug")
        assert daemon.wait(LIMIT_S) == 78

    look_for(daemon.log.read_text(), "debug")


@pytest.mark.parametrize("level", ["info", "debug"])
def test_an_intake_tells_nothing_of_requests_nor_of_who_may_send(
    embedded: Embedded,
    start_intake: Callable[..., IntakeDaemon],
    secret_file: Plant,
    level: str,
) -> None:
    tokens, users = secret_file("tokens", "PlantedToken"), secret_file("users", f"joe:{SECRET}")
    intake = start_intake(
        *("--broker", embedded.broker, "--log-level", level),
        *("--intake-tokens-file", str(tokens), "--intake-users-file", str(users)),
    )
    intake.await_words("broker ready")
    for authorization in ("Bearer PlantedToken", f"Basic {BASIC}"):
        for body in bad_bodies("run"):
            for path in ("/events", "/_bulk", f"/custom/{WORD}", "/nxlog", "/v1/logs"):
                answer = intake.ask("POST", path, body, {"Authorization": authorization})
                assert 500 != answer.status
                assert [] == [
                    each for each in SECRETS if each in answer.body.decode(errors="replace")
                ]
    for wrong in (f"Bearer {SECRET}", f"Basic {BASIC}x", f"Basic {SECRET}"):
        assert 401 == intake.ask("POST", "/events", WORD, {"Authorization": wrong}).status
    for raw in (
        b"GET /%s HTTP/9.9\r\n\r\n",
        b"%s\r\n\r\n",
        b"POST /events HTTP/1.1\r\nContent-Length: %s\r\n\r\n",
        b"POST /events HTTP/1.1\r\n%s: \x00\r\n\r\n",
        b"POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n",
    ):
        intake.raw(raw % f"{WORD}{SECRET}".replace("/", "").encode())
    assert intake.stop() == 0

    look_for(intake.log.read_text(), level)


def test_cloudtrail_tells_nothing_of_what_it_reads_nor_its_keys(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    keys = {"AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "PlantedToken"}
    daemon = start_cloudtrail(start_daemon, embedded, trail, **CREDENTIALS | keys)
    trail.send(WORD)
    trail.send({"Type": "Notification", "Message": WORD, WORD: WORD})
    trail.tell(trail.put(f"AWSLogs/{uuid4().hex}.json.gz", WORD.encode()))
    trail.tell(trail.put_records([WORD, {"eventTime": WORD}, record(eventTime=f"{WORD}")]))
    trail.tell(trail.put_records([record(eventName=WORD, userAgent=WORD)]))
    daemon.await_words("dead letter", 4, LIMIT_S)
    daemon.stop()

    look_for(daemon.log.read_text())


@pytest.mark.parametrize("spooled", [True, False])
@pytest.mark.parametrize(
    "url", [f"http://joe:{QUOTED}@127.0.0.1:1", f"amqp://joe:{QUOTED}@127.0.0.1:1/"]
)
def test_a_client_tells_nothing_of_its_events_nor_its_password(
    url: str, spooled: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spool = {"spool": str(tmp_path / "spool")} if spooled else {}
    client = Client(Settings(url=url, exit_s=1.0, event_bytes=500, **spool))
    client.send(WORD, details={"a": WORD})
    client.send(WORD * 100)
    client.send_event({WORD: object()})
    client.send_event({"summary": {WORD}, WORD: float("nan")})
    client.flush(1.0)
    client.close()

    look_for("".join(capfd.readouterr()))


def test_a_token_that_no_header_takes_is_not_told(
    secret_file: Plant, capfd: pytest.CaptureFixture[str]
) -> None:
    token = secret_file("token", "PlantedToken\nPlantedToken")
    with scripted() as server:
        url = server.url
        settings = Settings(url=url, token_file=str(token), exit_s=0.5)
        with contextlib.closing(Client(settings)) as client:
            client.send("x")
            client.flush(1.0)

    said = "".join(capfd.readouterr())
    assert "not sent yet" in said
    look_for(said)
