"""What the URL of an SQS queue says: the region, the queue's name, and whose endpoint it is."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_AMAZON: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_REGION = re.compile(r"[a-z]{2,3}(?:-[a-z]+)+-[0-9]{1,2}")


class QueueAddress(NamedTuple):
    """region: "" when the URL names none. endpoint: "" for Amazon's own."""

    name: str
    region: str
    endpoint: str


def read_queue_url(text: str) -> QueueAddress:
    """Return what a queue's URL says."""
    parts = urlsplit(text)
    host = parts.hostname or ""
    name = parts.path.rstrip("/").rpartition("/")[2]
    regions = [label for label in host.split(".") if _REGION.fullmatch(label)]
    endpoint = "" if host.endswith(_AMAZON) else f"{parts.scheme}://{parts.netloc}"
    return QueueAddress(name, regions[0] if regions else "", endpoint)
