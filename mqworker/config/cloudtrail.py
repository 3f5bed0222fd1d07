"""Options of `mqworker cloudtrail`: where CloudTrail's notifications and log files are."""

from __future__ import annotations

from dataclasses import dataclass

from mqworker.config.flow import KIBIBYTE, MEBIBYTE
from mqworker.config.kinds import text, url
from mqworker.config.option import option, optional
from mqworker.config.quantities import size, whole_duration

LONGEST_VISIBILITY_S = 43_200
"""12 hours: what SQS allows (SetVisibilityTimeout)."""


@dataclass(frozen=True)
class CloudtrailOptions:
    """AWS CloudTrail."""

    queue_url: str | None = optional(
        url("https://sqs.eu-central-1.amazonaws.com/123456789012/cloudtrail", "http", "https"),
        "The SQS queue that tells of CloudTrail's log files, for mqworker cloudtrail. A URL that "
        "is not Amazon's is taken for the endpoint of all services, unless endpoint_url names one.",
    )
    aws_region: str | None = optional(
        text(64),
        "The region of the SQS queue.",
        usual="the region in queue_url, or that of AWS's own configuration",
    )
    endpoint_url: str | None = optional(
        url("http://127.0.0.1:5000", "http", "https"),
        "Where all services of AWS are reached, in place of their public endpoints: an emulator. "
        "For single services there are AWS's own AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_S3.",
        usual="none",
    )
    role_arn: str | None = optional(
        text(2048),
        "A role to assume (sts:AssumeRole) for reading queue and bucket, as in "
        "arn:aws:iam::123456789012:role/mqworker.",
    )
    visibility: int = option(
        whole_duration(10, LONGEST_VISIBILITY_S),
        "How long SQS keeps a message from others. It is extended while the message is worked on; "
        "after a kill it is delivered again when this has passed.",
        300,
    )
    max_object: int = option(
        size(KIBIBYTE),
        "The largest log file of CloudTrail, after decompression. A larger one is dead-lettered.",
        1024 * MEBIBYTE,
    )
