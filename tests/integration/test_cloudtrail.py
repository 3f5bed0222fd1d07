"""`mqworker cloudtrail`: S3 and SQS over HTTP, the embedded broker and sink, and the worker."""

from __future__ import annotations

from collections.abc import Callable

from tests.daemons import Daemon, await_condition
from tests.integration.pairs import Embedded
from tests.integration.trails import record, start_cloudtrail, start_worker, stored
from tests.services.aws import Trail

LIMIT_S = 40.0


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
