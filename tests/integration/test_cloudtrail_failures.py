"""What `mqworker cloudtrail` does when AWS or the broker fails, refuses, or is named wrongly."""

from __future__ import annotations

import gzip
import json
import signal
from collections.abc import Callable
from pathlib import Path

from tests.daemons import Daemon, await_condition
from tests.integration.pairs import Embedded
from tests.integration.trails import record, start_cloudtrail, start_worker, stored
from tests.services.aws import Trail
from tests.stubs.scripted import Answer, Cut, Reply, Request, scripted

LIMIT_S = 40.0
PERSISTENT = ("--retry-min", "50ms", "--retry-max", "200ms")
UNSETTLED, MISCONFIGURED = 75, 78


def refusal(status: int, code: str) -> Answer:
    """Make an answer as S3 gives it."""
    text = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    return Answer(status, text.encode(), "application/xml")


def log_file(*eventids: str) -> Answer:
    """Make an answer that holds a log file."""
    records = [record(eventid=eventid) for eventid in eventids]
    return Answer(200, gzip.compress(json.dumps({"Records": records}).encode()))


def ids(embedded: Embedded) -> list[str]:
    return sorted(each["details"]["eventid"] for each in stored(embedded))


def test_throttling_and_broken_connections_are_tried_again_until_all_is_read(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    whole = log_file(*[f"{number:03}" for number in range(300)])
    broken = Answer(200, whole.body, sent=len(whole.body) // 2)
    trail.tell("one")
    with scripted(whole) as s3:
        s3.script += [*[refusal(503, "SlowDown")] * 3, Cut(), broken, refusal(500, "InternalError")]
        daemon = start_cloudtrail(
            start_daemon, embedded, trail, *PERSISTENT, AWS_ENDPOINT_URL_S3=s3.url,
            AWS_ENDPOINT_URL_SQS=trail.aws.url,
        )  # fmt: skip
        start_worker(start_daemon, embedded)
        await_condition(lambda: len(ids(embedded)) == 300, LIMIT_S, daemon.log)
        await_condition(lambda: trail.left() == (0, 0), LIMIT_S, daemon.log)
        daemon.send(signal.SIGHUP)
        daemon.await_words("reloaded configuration")
    assert [] == embedded.dead()
    assert "S3 answers again" in daemon.log.read_text()


def test_what_may_not_be_read_is_put_back_and_told_while_the_rest_goes_on(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    def s3_answer(request: Request) -> Reply:
        denied = "secret" in request.path
        return refusal(403, "AccessDenied") if denied else log_file(request.path[-1])

    trail.tell("secret", "object-1")
    trail.tell("object-2")
    with scripted(s3_answer) as s3:
        daemon = start_cloudtrail(
            start_daemon, embedded, trail, AWS_ENDPOINT_URL_S3=s3.url,
            AWS_ENDPOINT_URL_SQS=trail.aws.url,
        )  # fmt: skip
        start_worker(start_daemon, embedded)
        await_condition(lambda: ids(embedded) == ["1", "2"], LIMIT_S, daemon.log)
        await_condition(lambda: trail.left() == (0, 1), LIMIT_S, daemon.log)
        assert 0 == daemon.stop()
    assert (1, 1) == (daemon.totals()["denied"], daemon.totals()["settled"])
    assert [] == embedded.dead()
    told = daemon.log.read_text()
    assert f"object=s3://{trail.bucket}/secret" in told
    assert "allow s3:GetObject for it" in told


def test_a_queue_of_something_else_is_not_drained_into_the_dead_letters(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    for number in range(40):
        trail.send(f"no notification {number}")
    daemon = start_cloudtrail(
        start_daemon, embedded, trail, "--brake-sample", "10", "--brake-pause", "1h"
    )
    daemon.await_words("most messages lead to dead letters")
    assert 0 == daemon.stop()
    assert 10 == len(embedded.dead())
    assert (30, 0) == trail.left()


def test_a_stop_while_the_broker_is_away_gives_the_message_back_at_once(
    trail: Trail, tmp_path: Path, start_daemon: Callable[..., Daemon]
) -> None:
    nowhere = Embedded(tmp_path, "")
    nowhere.broker = "amqp://guest:guest@127.0.0.1:1/"
    trail.tell(trail.put_records([record()]))
    daemon = start_cloudtrail(start_daemon, nowhere, trail, *PERSISTENT, "--drain", "500ms")
    daemon.await_words("broker not available")
    assert (0, 1) == trail.left()
    assert UNSETTLED == daemon.stop()
    assert (1, 0) == trail.left()


def test_a_queue_that_is_not_there_is_a_configuration_error(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    trail.queue_url += "x"
    daemon = start_cloudtrail(start_daemon, embedded, trail)
    assert MISCONFIGURED == daemon.wait()
    assert "sqs:GetQueueAttributes, ReceiveMessage" in daemon.log.read_text()
