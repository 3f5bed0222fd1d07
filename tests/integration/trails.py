"""Records of CloudTrail, and `mqworker cloudtrail` on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson

from tests.daemons import Daemon
from tests.integration.pairs import Embedded, Pair
from tests.services.aws import CREDENTIALS, REGION, Trail

KEY = "AKIAIOSFODNN7EXAMPLE"


def record(run: str = "", eventid: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a record, with the names that tests count by."""
    made = {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAJ45Q7YFFAREXAMPLE",
            "arn": "arn:aws:iam::123456789012:user/joe",
            "accountId": "123456789012",
            "accessKeyId": KEY,
            "userName": "joe",
        },
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances",
        "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.9",
        "userAgent": "aws-cli/2.15",
        "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-0abc"}]}},
        "responseElements": None,
        "requestID": uuid4().hex,
        "eventID": eventid or str(uuid4()),
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        "run": run,
    }
    return made | more


def start_cloudtrail(
    start_daemon: Callable[..., Daemon], pair: Pair, trail: Trail, *flags: str, **env: str
) -> Daemon:
    """Start `mqworker cloudtrail` from the trail to the pair's broker."""
    where = ["--queue-url", trail.queue_url, "--aws-region", REGION, "--broker", pair.broker]
    return start_daemon(*where, *flags, command="cloudtrail", env=CREDENTIALS | env)


def start_worker(start_daemon: Callable[..., Daemon], pair: Pair) -> Daemon:
    """Start `mqworker run` on the pair."""
    return start_daemon(*pair.flags)


def stored(pair: Embedded) -> list[dict[str, Any]]:
    """Return the documents of the embedded sink."""
    try:
        return [orjson.loads(source) for (source,) in pair.ask("SELECT source FROM documents")]
    except Exception:  # noqa: BLE001 - there is no such table yet
        return []
