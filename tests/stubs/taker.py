"""An Elasticsearch that takes every document and keeps none."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from tests.stubs.scripted import Reply, Request, bulk_created, json_answer, none_found, scripted

INFO = json_answer({"version": {"number": "9.5.3", "build_flavor": "default"}})
NO_SECURITY = json_answer({"error": "no handler found"}, 400)
NOT_FOUND = json_answer({"error": {"type": "resource_not_found_exception"}}, 404)
DONE = json_answer({"acknowledged": True})


def take(request: Request) -> Reply:
    """Answer as a cluster does that is new to mqworker."""
    path = request.path.partition("?")[0]
    if path == "/_bulk":
        return bulk_created(request)
    if path == "/_mget":
        return none_found(request)
    if path == "/":
        return INFO
    if path.startswith("/_security"):
        return NO_SECURITY
    return DONE if request.method == "PUT" else NOT_FOUND


@contextmanager
def taking() -> Iterator[str]:
    """Run such a server; give its URL."""
    with scripted(take) as server:
        server.requests = deque(maxlen=1)  # type: ignore[assignment] # a million would be many
        yield server.url
