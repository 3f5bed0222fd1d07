"""A request -> what to publish for it, and how to answer: the intake in one line.

    request -> route -> (allowed?) -> body -> events -> messages -> answer

1. `plan` raises nothing, whatever the request holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker import __version__
from mqworker.core.intake.bulk import plan_bulk, plan_document
from mqworker.core.intake.handshake import answer_handshake
from mqworker.core.intake.http import RETRY, TEXT, Answer, Plan, Request, Stamp, error, json_answer
from mqworker.core.intake.otlp import plan_otlp
from mqworker.core.intake.plain import plan_plain
from mqworker.core.intake.routes import DOCUMENT, Route, route_of
from mqworker.core.intake.rules import Rules

BULK = "/_bulk"
OTLP = "/v1/logs"
NXLOG = "/nxlog"
NXLOG_AGENT = "nxlog"

ENDPOINTS: Final = {
    "/events": {"endpoint": "events"},
    "/nxlog": {"endpoint": "events"},
    "/cef": {"endpoint": "cef"},
}

SERVICE = "loginput"
"""What MozDef's intake calls itself at /status."""


def plan(request: Request, route: Route, rules: Rules, stamp: Stamp, *, ready: bool) -> Plan:
    """Return what to do for a request whose method the route allows.

    Args:
        request: with its whole body.
        route: what its path stands for.
        rules: what is too much, and where events go.
        stamp: a name and a time for its events.
        ready: whether the broker takes messages, as far as is known.
    """
    if route.name == BULK:
        return plan_bulk(request, route.action.target, rules, stamp)
    if route.name == DOCUMENT:
        return plan_document(request, route.action, rules, stamp)
    if route.name == OTLP:
        return plan_otlp(request, rules, stamp)
    extra = added_by(route)
    if extra is not None:
        never_4xx = route.name == NXLOG or is_nxlog(request)
        return plan_plain(request, extra, rules, stamp, never_4xx=never_4xx)
    return Plan(answer_get(request, route, ready=ready))


def added_by(route: Route) -> Mapping[str, Any] | None:
    """Return the keys that MozDef's routes add to events, None for a route that takes none."""
    if route.name == "/custom":
        return {"endpoint": route.application, "customendpoint": True}
    return ENDPOINTS.get(route.name)


def is_nxlog(request: Request) -> bool:
    """Tell whether NXLog sends this, by whatever route."""
    return request.headers.get("user-agent", "").lower().startswith(NXLOG_AGENT)


def answer_get(request: Request, route: Route, *, ready: bool) -> Answer:
    """Answer a request that holds no events."""
    match route.name:
        case "/status":
            state = {"status": "ok", "service": SERVICE, "version": __version__}
            return json_answer(200, {**state, "broker": "ready" if ready else "away"})
        case "/test":
            return Answer(200, b"", TEXT)
        case "/live":
            return json_answer(200, {"live": True})
        case "/ready":
            return json_answer(200 if ready else 503, {"ready": ready}, () if ready else RETRY)
        case _:
            return answer_handshake(route.rest, request.method, ready=ready)


NOWHERE = error(
    404,
    "there is no such route: events go to /events, /nxlog, /cef, "
    "/custom/<application>, /_bulk or /v1/logs",
)


def not_allowed(route: Route) -> Answer:
    """Return the answer to a method that a route does not have."""
    allowed = ", ".join(route.methods)
    return error(405, f"this route takes {allowed}", (("allow", allowed),))


__all__ = ["NOWHERE", "not_allowed", "plan", "route_of"]
