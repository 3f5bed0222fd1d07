"""A path -> what is asked for. A slash at the end changes nothing."""

from __future__ import annotations

from typing import Final, NamedTuple

from mqworker.core.intake.bulk_body import Action


class Route(NamedTuple):
    """What a path stands for.

    name: what allow-lists and metrics call it; few names, whatever clients ask for.
    methods: those that it answers; HEAD goes with GET.
    application: what `/custom/<application>` names.
    action: where the documents of Elasticsearch's API go.
    rest: the segments of the path.
    """

    name: str
    methods: tuple[str, ...]
    application: str = ""
    action: Action = Action()
    rest: tuple[str, ...] = ()


GET: Final = ("GET", "HEAD")
SEND: Final = ("POST", "PUT")

FIXED: Final = {
    ("events",): Route("/events", SEND),
    ("nxlog",): Route("/nxlog", SEND),
    ("cef",): Route("/cef", SEND),
    ("v1", "logs"): Route("/v1/logs", ("POST",)),
    ("_bulk",): Route("/_bulk", SEND),
    ("status",): Route("/status", GET),
    ("_status",): Route("/status", GET),
    ("test",): Route("/test", GET),
    ("live",): Route("/live", GET),
    ("ready",): Route("/ready", GET),
    ("metrics",): Route("/metrics", GET),
}

HANDSHAKE: Final = "/"
DOCUMENT: Final = "/<index>/_doc"

NAMES: Final = (*sorted({route.name for route in FIXED.values()}), "/custom", HANDSHAKE)
"""What allow-lists can name; whatever is Elasticsearch's, but not `_bulk`, is `/`."""

WRITE_WORDS: Final = frozenset(("_doc", "_create"))
SHORTEST_DOCUMENT, LONGEST_DOCUMENT = 2, 3


def route_of(path: str, method: str) -> Route | None:
    """Return what a path stands for, None if it is nothing here.

    HEAD asks whether there is an index of that name; `events` is one as well.
    """
    segments = tuple(segment for segment in path.split("/") if segment)
    if found := FIXED.get(segments):
        asks_for_index = method == "HEAD" and "GET" not in found.methods and len(segments) == 1
        return Route(HANDSHAKE, GET, rest=segments) if asks_for_index else found
    first = segments[0] if segments else ""
    if first == "custom":
        return Route("/custom", SEND, segments[1]) if len(segments) == 2 else None  # noqa: PLR2004 - /custom/<application>
    if (first,) in FIXED and first != "events":
        return None
    if segments and segments[-1] == "_bulk":
        return Route("/_bulk", SEND, action=Action("index", first))
    return elastic_route(segments, method)


def elastic_route(segments: tuple[str, ...], method: str) -> Route | None:
    """Return what a path of Elasticsearch's API stands for."""
    if is_document(segments) and method in SEND:
        name = segments[2] if len(segments) == LONGEST_DOCUMENT else None
        verb = "create" if segments[1] == "_create" else "index"
        return Route(DOCUMENT, SEND, action=Action(verb, segments[0], name))
    if not segments:
        return Route(HANDSHAKE, GET)
    if any(segment.startswith("_") for segment in segments):
        return Route(HANDSHAKE, (*GET, "PUT", "POST"), rest=segments)
    if len(segments) == 1 and method == "HEAD":
        return Route(HANDSHAKE, GET, rest=segments)
    return None


def is_document(segments: tuple[str, ...]) -> bool:
    """Tell whether a path is that of a document: an index, a type, maybe an ID.

    Before Elasticsearch 8 the type was any word; rsyslog's omelasticsearch still sends one.
    """
    return (
        SHORTEST_DOCUMENT <= len(segments) <= LONGEST_DOCUMENT
        and not segments[0].startswith("_")
        and (segments[1] in WRITE_WORDS or not segments[1].startswith("_"))
        and segments[0] != "v1"
    )
