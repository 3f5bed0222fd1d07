"""`/events`, `/nxlog`, `/cef` and `/custom/<application>`: events in, a few numbers out.

====================================  ==============================================================
all events are good                   200
some are bad                          200: the good ones are published, the bad ones dead-lettered
                                      and told of: a client would drop or repeat the good ones too
none is good                          400 with the reasons; 413 or 415 for the body as a whole
the broker does not confirm           503 and Retry-After
NXLog (by route or User-Agent)        202 in place of 4xx: it repeats for ever whatever is not 200,
                                      201 or 202, so that what it can't mend is dead-lettered
====================================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mqworker.core.errors import Refused
from mqworker.core.inflate import TooLarge, UnknownEncoding
from mqworker.core.intake.bodies import inflated, items_of
from mqworker.core.intake.http import (
    UNAVAILABLE,
    Answer,
    Headers,
    Plan,
    Request,
    Stamp,
    error,
    json_answer,
)
from mqworker.core.intake.naming import client_key, keyed
from mqworker.core.intake.publishing import Envelope, Ready, Unfit, checked
from mqworker.core.intake.refusals import clipped, told
from mqworker.core.intake.rules import Rules
from mqworker.core.message import Refusal

ENCODINGS: Headers = (("accept-encoding", "gzip"),)
"""With a 415, RFC 9110, section 15.5.16."""


def plan_plain(
    request: Request, extra: Mapping[str, Any], rules: Rules, stamp: Stamp, *, never_4xx: bool
) -> Plan:
    """Plan a request whose events get the keys of `extra`."""
    envelope = Envelope(rules, stamp)
    kind = request.headers.get("content-type", "")
    try:
        items = items_of(inflated(request, rules), kind, rules.max_request_events)
    except Refused as refused:
        return refused_plan(request, refused, envelope, never_4xx=never_4xx)
    found = [checked(item, at, extra, rules.limits) for at, item in enumerate(items)]
    unfit = [each for each in found if isinstance(each, Unfit)]
    name_of = client_names(request, several=len(found) > 1)
    events = [
        envelope.publication(each, at, name_of(at))
        for at, each in enumerate(found)
        if isinstance(each, Ready)
    ]
    letters = envelope.letters(unfit, name_of, kind) if events or never_4xx else []
    answer = answer_for(len(events), unfit, never_4xx=never_4xx)
    return Plan(answer, UNAVAILABLE, events, letters, len(unfit))


def client_names(request: Request, *, several: bool) -> Callable[[int], str | None]:
    """Return what tells how the client's key names the event at a place; None without a key."""
    key = client_key(request.headers.get("idempotency-key"))
    return lambda at: keyed(key, at, several=several) if key else None


def answer_for(accepted: int, unfit: list[Unfit], *, never_4xx: bool) -> Answer:
    """Return the answer once everything is confirmed."""
    if not unfit:
        return json_answer(200, {"accepted": accepted})
    body = {"accepted": accepted, "error": clipped(unfit[0].refusal.reason), **told(unfit)}
    if never_4xx:
        return json_answer(202, body)
    return json_answer(200 if accepted else 400, body)


def refused_plan(
    request: Request, refused: Refused, envelope: Envelope, *, never_4xx: bool
) -> Plan:
    """Plan a request whose body is of no use as a whole."""
    unfit = [Unfit(0, request.body, refused.refusal)]
    if not never_4xx:
        return Plan(whole_body_answer(refused), UNAVAILABLE, refused=1)
    kind, encoding = (request.headers.get(f"content-{name}", "") for name in ("type", "encoding"))
    name_of = client_names(request, several=False)
    letters = envelope.letters(unfit, name_of, kind, encoding)
    return Plan(answer_for(0, unfit, never_4xx=True), UNAVAILABLE, (), letters, 1)


def whole_body_answer(refused: Refused) -> Answer:
    """Return the answer for a body that is of no use as a whole."""
    status, headers = status_of(refused)
    return error(
        status, clipped(refused.refusal.reason), headers, accepted=0, **pointer_of(refused.refusal)
    )


def status_of(refused: Refused) -> tuple[int, Headers]:
    """Return the status for a body that is of no use as a whole, and its headers."""
    if isinstance(refused, TooLarge):
        return 413, ()
    if isinstance(refused, UnknownEncoding):
        return 415, ENCODINGS
    return 400, ()


def pointer_of(refusal: Refusal) -> dict[str, str]:
    """Return where it is, if that is known."""
    return {"pointer": refusal.pointer} if refusal.pointer else {}
