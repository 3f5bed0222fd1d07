"""Log files in S3, read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from mqworker.cloudtrail.aws import translated
from mqworker.core.cloudtrail.gunzip import Gunzip
from mqworker.core.cloudtrail.notification import Location
from mqworker.core.cloudtrail.records import RecordCutter
from mqworker.pulse import answered

CHUNK_BYTES = 64 * 1024


class LogFile(NamedTuple):
    """A log file that is being read; `written` is when S3 got it (aware)."""

    stream: Any
    written: datetime | None
    size: int


def open_object(s3: Any, location: Location) -> LogFile:
    """Ask S3 for an object.

    Raises:
        Answered: S3 refuses.
        Unavailable: no answer.
    """
    with translated():
        answer = s3.get_object(Bucket=location.bucket, Key=location.key)
    return LogFile(answer["Body"], answer.get("LastModified"), int(answer.get("ContentLength", 0)))


def read_records(file: LogFile, limit: int) -> Iterator[bytes]:
    """Give the bytes of each record of a log file.

    Args:
        file: it is closed at the end.
        limit: bytes, of what it may inflate to.

    Raises:
        Refused: it can't be read any further.
        Unavailable: the connection was lost.
    """
    gunzip, cutter = Gunzip(limit), RecordCutter()
    try:
        for data in chunks(file):
            for text in gunzip.feed(data):
                yield from cutter.feed(text)
        for text in gunzip.finish():
            yield from cutter.feed(text)
        cutter.finish()
    finally:
        file.stream.close()


def chunks(file: LogFile) -> Iterator[bytes]:
    """Give the bytes of an object as they come."""
    while True:
        with translated():
            data = file.stream.read(CHUNK_BYTES)
        answered()
        if not data:
            return
        yield data
