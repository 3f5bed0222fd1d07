"""`mqworker cloudtrail`: S3, SNS and SQS over HTTP; the embedded broker, the worker, its sink."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from tests.daemons import Daemon, await_condition
from tests.integration.pairs import Embedded
from tests.integration.trails import record, start_cloudtrail, start_worker, stored
from tests.services.aws import ACCOUNT, REGION, Trail, log_key
from tests.services.program import free_port
from tests.sightseeing import await_served, fetch, look, promtool

LIMIT_S = 40.0


def ids(embedded: Embedded) -> list[str]:
    return sorted(each["details"]["eventid"] for each in stored(embedded))


def reasons(embedded: Embedded) -> dict[str, str]:
    """Return why each dead letter died, by the object's key or the body's beginning."""
    letters = embedded.dead()
    return {
        letter.headers.get("x-mqworker-s3-key", letter.body[:8].decode()): (
            letter.headers["x-mqworker-reason"]
        )
        for letter in letters
    }


def test_the_records_of_an_object_become_documents_and_its_message_goes(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    sent = [record(eventid=str(number)) for number in range(20)]
    trail.tell(trail.put_records(sent))
    daemon = start_cloudtrail(start_daemon, embedded, trail)
    worker = start_worker(start_daemon, embedded)
    await_condition(lambda: len(stored(embedded)) == 20, LIMIT_S, daemon.log)
    await_condition(lambda: trail.left() == (0, 0), LIMIT_S, daemon.log)

    assert (0, 0) == (daemon.stop(), worker.stop())
    document = next(each for each in stored(embedded) if each["details"]["eventid"] == "7")
    assert ["AwsApiCall", "ec2.amazonaws.com", "cloudtrail", "cloudtrail"] == [
        document[name] for name in ("category", "hostname", "source", "type")
    ]
    assert "203.0.113.9 performed DescribeInstances in ec2.amazonaws.com" == document["summary"]
    assert [trail.queue_url.rpartition("/")[2]] == document["tags"]
    assert "joe" == document["details"]["username"]
    assert {"objects": 1, "published": 20, "settled": 1} == {
        fact: daemon.totals()[fact] for fact in ("objects", "published", "settled")
    }


def test_its_processes_are_counted_together(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    trail.tell(trail.put_records([record(eventid=str(number)) for number in range(20)]))
    port = free_port()
    seen = ["--socket-directory", str(tmp_path / "sockets")]
    seen += ["--metrics-listen", f"127.0.0.1:{port}", "--processes", "2"]
    daemon = start_cloudtrail(start_daemon, embedded, trail, *seen)
    await_served(daemon)

    def published() -> int:
        found = re.findall(rb"published_total{.*} (\d+)", fetch(port, "/metrics")[1])
        return sum(map(int, found))

    await_condition(lambda: published() == 20, LIMIT_S, daemon.log)
    await_condition(lambda: fetch(port, "/ready")[0] == 200, LIMIT_S, daemon.log)
    judged = promtool("check", "metrics", text=fetch(port, "/metrics")[1].decode())
    assert (0, "") == (judged.returncode, judged.stdout + judged.stderr)
    assert {"cloudtrail"} == {state.program for state in look(tmp_path / "sockets", 2)}
    assert 0 == daemon.stop()


def connect(trail: Trail) -> None:
    """Let S3 tell the queue itself, and SNS too, with and without its envelope."""
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{trail.queue_url.rpartition('/')[2]}"
    sns = trail.aws.client("sns")
    for raw in ("true", "false"):
        topic = sns.create_topic(Name=f"topic-{uuid4().hex[:8]}")["TopicArn"]
        attributes = {"RawMessageDelivery": raw}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
        sns.publish(TopicArn=topic, Message="CloudTrail validation message.")
        key = trail.put_records([record(eventid=f"raw {raw}")], f"{log_key()} {raw}")
        notice = {"s3Bucket": trail.bucket, "s3ObjectKey": [key]}
        sns.publish(TopicArn=topic, Message=json.dumps(notice))
    wanted = [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
    trail.s3.put_bucket_notification_configuration(
        Bucket=trail.bucket, NotificationConfiguration={"QueueConfigurations": wanted}
    )


def test_every_form_of_notification_is_read_and_what_needs_no_reading_is_skipped(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    plain = [trail.put_records([record(eventid=f"of several {number}")]) for number in range(3)]
    bridged = trail.put_records([record(eventid="by EventBridge")])
    connect(trail)  # from here on S3 tells of what is put
    trail.put_records([record(eventid="by S3")], f"{log_key()} a+b")
    trail.put("AWSLogs/1/CloudTrail-Digest/x.json.gz", b"no log file")
    trail.tell(*plain)
    where = {"bucket": {"name": trail.bucket}, "object": {"key": bridged}}
    trail.send({"detail-type": "Object Created", "source": "aws.s3", "detail": where})
    own = record(eventid="in EventBridge")
    trail.send({"detail-type": "AWS API Call via CloudTrail", "detail": own})

    role = f"arn:aws:iam::{ACCOUNT}:role/reader"
    daemon = start_cloudtrail(start_daemon, embedded, trail, "--role-arn", role, "--processes", "2")
    worker = start_worker(start_daemon, embedded)
    several = [f"of several {number}" for number in range(3)]
    expected = sorted(
        [*several, "raw true", "raw false", "by S3", "by EventBridge", "in EventBridge"]
    )
    await_condition(lambda: ids(embedded) == expected, LIMIT_S, daemon.log)
    await_condition(lambda: trail.left() == (0, 0), LIMIT_S, daemon.log)
    assert (0, 0) == (daemon.stop(), worker.stop())
    assert [] == embedded.dead()
    assert 4 == daemon.totals()["skipped"]  # two validation messages, a test event, a digest


def test_poison_is_dead_lettered_with_its_reason_and_costs_nothing_else(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    good = json.dumps(record(eventid="before")).encode(), json.dumps(record(eventid="after"))
    mixed = b'{"Records":[%b,{"eventName":\xff},%b]}' % (good[0], good[1].encode())
    packed = gzip.compress(json.dumps({"Records": [record(eventid="cut off")]}).encode())
    keys = {
        "mixed": trail.put("mixed", gzip.compress(mixed)),
        "text": trail.put("text", b"hello"),
        "none": trail.put("none", gzip.compress(b'{"configurationItems":[]}')),
        "cut": trail.put("cut", packed[:-4]),
    }
    trail.tell(*keys.values(), "gone", trail.put_records([record(eventid="beside")]))
    trail.send("rubbish")

    daemon = start_cloudtrail(start_daemon, embedded, trail)
    worker = start_worker(start_daemon, embedded)
    expected = ["after", "before", "beside", "cut off"]
    await_condition(lambda: ids(embedded) == expected, LIMIT_S, daemon.log)
    await_condition(lambda: trail.left() == (0, 0), LIMIT_S, daemon.log)
    assert (0, 0) == (daemon.stop(), worker.stop())

    told = reasons(embedded)
    assert {"cut", "gone", "mixed", "none", "rubbish", "text"} == set(told)
    assert "the gzip data ends too early" in told["cut"]
    assert "NoSuchKey" in told["gone"]
    assert "it has no array Records" in told["none"]
    assert "its JSON ends too early" in told["text"]
    assert ("not JSON", "not JSON") == (told["rubbish"], told["mixed"][:8])
    letter = next(
        each for each in embedded.dead() if each.headers.get("x-mqworker-s3-key") == "mixed"
    )
    assert (b'{"eventName":\xff}', 1) == (letter.body, letter.headers["x-mqworker-s3-position"])


def test_the_calls_of_one_session_are_linked_by_its_access_key(
    trail: Trail, embedded: Embedded, start_daemon: Callable[..., Daemon]
) -> None:
    behalf = {"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accessKeyId": "ASIA" + "7" * 16}
    joe = {"type": "IAMUser", "userName": "joe", "accessKeyId": "ASIA" + "7" * 16}
    stranger = {"type": "IAMUser", "userName": "ann", "accessKeyId": "ASIA" + "8" * 16}
    trail.tell(
        trail.put_records([record(eventid="first", userIdentity=joe)]),
        trail.put_records(
            [
                record(
                    eventid="second",
                    userIdentity=behalf,
                    sourceIPAddress="cloudformation.amazonaws.com",
                    eventSource="s3.amazonaws.com",
                ),
                record(eventid="other", userIdentity=stranger, sourceIPAddress="198.51.100.1"),
            ]
        ),
    )
    daemon = start_cloudtrail(start_daemon, embedded, trail)
    worker = start_worker(start_daemon, embedded)

    def filled() -> dict[str, object] | None:
        found = [each for each in stored(embedded) if each["details"]["eventid"] == "second"]
        return found[0] if found and "correlation" in found[0] else None

    document = await_condition(filled, LIMIT_S, daemon.log)
    assert (0, 0) == (daemon.stop(), worker.stop())
    assert ["203.0.113.9", "joe", "cloudformation.amazonaws.com"] == [
        document["details"][name] for name in ("sourceipaddress", "username", "source")
    ]
    assert {"session"} == {fill["link"] for fill in document["correlation"]["filled"]}
