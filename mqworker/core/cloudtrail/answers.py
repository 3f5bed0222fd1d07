"""What an error of AWS means for the message that it was met with, by its code.

Sources: "Error responses" of Amazon S3, "Common errors" of Amazon SQS and AWS KMS.
"""

from __future__ import annotations

from typing import Final, Literal

Meaning = Literal["later", "gone", "denied"]
"""later: try again, until it works. gone: it can never be read. denied: somebody has to do
something first; the message goes back to SQS."""

GONE: Final = frozenset(
    {
        *("NoSuchKey", "NoSuchBucket", "NoSuchVersion", "InvalidBucketName", "KeyTooLongError"),
        *("InvalidObjectState", "MethodNotAllowed", "404", "405"),
    }
)
"""The object is not there (S3 is consistent: it won't come), has no such name, is archived, or is
a delete marker."""

LATER: Final = frozenset(
    {
        *("SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "Busy"),
        *("RequestThrottled", "RequestThrottledException", "TooManyRequestsException"),
        *("RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException"),
        *("ProvisionedThroughputExceededException", "PriorRequestNotComplete", "OverLimit"),
        *("RequestTimeout", "RequestTimeoutException", "RequestTimeTooSkewed", "RequestExpired"),
        *("InternalError", "InternalFailure", "ServiceUnavailable", "OperationAborted", "503"),
        *("KmsThrottled", "KMS.ThrottlingException", "AWS.SimpleQueueService.RequestThrottled"),
        *("ExpiredToken", "ExpiredTokenException"),
    }
)

HINTS: Final = {
    "AccessDenied": "allow s3:GetObject for it, and kms:Decrypt if the trail is encrypted; without "
    "s3:ListBucket, S3 says so of an object that is not there, too",
    "403": "allow s3:GetObject for it",
    "PermanentRedirect": "the bucket is in another region",
    "AuthorizationHeaderMalformed": "the bucket is in another region",
    "IllegalLocationConstraintException": "the bucket is in a region that has to be opted in to",
    "InvalidObjectState": "it is archived: restore it, and send its notification again",
    "NoSuchKey": "it was deleted before it was read",
    "NoSuchBucket": "the bucket was deleted, or its name is of another partition of AWS",
}
"""What to do about an error of S3, or how it came, for people."""

_SERVER_ERRORS = 500


def meaning(code: str, status: int) -> Meaning:
    """Return what an error means for the message.

    Args:
        code: as AWS names the error.
        status: of HTTP, 0 when it is not known.
    """
    if code in GONE:
        return "gone"
    return "later" if code in LATER or status >= _SERVER_ERRORS else "denied"


def explained(code: str, message: str) -> str:
    """Return an error for people."""
    return f"{code}: {message}" if message and message != code else code


def hint(code: str) -> str:
    """Return what to do about an error of S3, in brackets; "" when that is not known."""
    return f" ({HINTS[code]})" if code in HINTS else ""
