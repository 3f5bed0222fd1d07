"""S3, SNS and SQS as moto's server emulates them (https://docs.getmoto.org), in its own process."""

from __future__ import annotations

import gzip
import json
import os
import sys
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3

from tests.services.lifecycle import Lifecycle, await_ready
from tests.services.program import Program, free_port

START_LIMIT_S = 60
REGION = "eu-central-1"
ACCOUNT = "123456789012"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@dataclass
class Aws:
    """The emulation."""

    lifecycle: Lifecycle
    url: str

    def client(self, service: str) -> Any:
        """Return boto3's client."""
        keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **keys)

    def trail(self) -> Trail:
        """Make a bucket and a queue."""
        name = f"trail-{uuid4().hex[:12]}"
        where = {"LocationConstraint": REGION}
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
        queue_url = self.client("sqs").create_queue(QueueName=f"{name}-queue")["QueueUrl"]
        return Trail(self, name, queue_url)


@dataclass
class Trail:
    """A bucket of log files, and the queue that tells of them."""

    aws: Aws
    bucket: str
    queue_url: str

    def __post_init__(self) -> None:
        self.s3, self.sqs = self.aws.client("s3"), self.aws.client("sqs")

    def put(self, key: str, body: bytes, **more: str) -> str:
        """Store an object."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, **more)
        return key

    def put_records(self, records: Iterable[Any], key: str = "") -> str:
        """Store a log file; return its key."""
        text = json.dumps({"Records": list(records)}).encode()
        as_cloudtrail = {"ContentType": "application/json", "ContentEncoding": "gzip"}
        return self.put(key or log_key(), gzip.compress(text), **as_cloudtrail)

    def send(self, notification: Any) -> None:
        """Send a notification as it is; what is no text as JSON."""
        text = notification if isinstance(notification, str) else json.dumps(notification)
        self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=text)

    def tell(self, *keys: str) -> None:
        """Send CloudTrail's own notice of some objects, in SNS's envelope."""
        notice = json.dumps({"s3Bucket": self.bucket, "s3ObjectKey": keys})
        self.send({"Type": "Notification", "MessageId": uuid4().hex, "Message": notice})

    def left(self) -> tuple[int, int]:
        """Return how many messages wait, and how many are held."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        waiting, held = (int(answer["Attributes"][name]) for name in names)
        return waiting, held


def log_key() -> str:
    """Return a key as CloudTrail makes them."""
    day = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/11/23"
    return f"{day}/{ACCOUNT}_CloudTrail_{REGION}_20261123T1205Z_{uuid4().hex[:16]}.json.gz"


def start_aws(directory: Path) -> Aws:
    """Start a server of its own; `directory` holds its log."""
    port = free_port()
    argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    env = {"PATH": os.environ["PATH"], "MOTO_ACCOUNT_ID": ACCOUNT}
    aws = Aws(Program(argv, env, directory), f"http://127.0.0.1:{port}")
    aws.lifecycle.start()
    await_ready(aws.lifecycle, "moto", lambda: answers(aws.url), START_LIMIT_S)
    return aws


def answers(url: str) -> bool:
    """Tell whether the server is there."""
    try:
        with urllib.request.urlopen(f"{url}/moto-api/", timeout=5) as answer:  # noqa: S310 - loopback
            return bool(answer.status)
    except OSError:
        return False
