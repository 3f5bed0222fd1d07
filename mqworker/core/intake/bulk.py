"""`/_bulk`, `/<index>/_bulk` and single documents: Elasticsearch's API for shippers.

1. A bad event is a 400 of its own in the answer, and nowhere else: it is what this API's clients
   read. Each good one is a 201.
2. While the broker is away the answer is a 503, but for two that drop what is answered and repeat
   what is not: their connection is closed. Heka is known by sending no Content-Type, rsyslog's
   omelasticsearch (8.2302: it reads the body alone, and takes an error there for good) by sending
   no User-Agent, and what libcurl and it itself put into Accept and Content-Type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mqworker.core.errors import Refused
from mqworker.core.intake.bodies import inflated, items_of
from mqworker.core.intake.bulk_body import Action, Operation, operations
from mqworker.core.intake.elastic import (
    ELASTIC_UNAVAILABLE,
    PARSING_EXCEPTION,
    created,
    elastic,
    elastic_error,
    refused_item,
)
from mqworker.core.intake.http import HANG_UP, Answer, Plan, Request, Stamp
from mqworker.core.intake.naming import client_key, fitting, keyed
from mqworker.core.intake.plain import status_of
from mqworker.core.intake.publishing import Envelope, Unfit, checked
from mqworker.core.intake.rules import Rules
from mqworker.core.message import Publication

DEFAULT_INDEX = "events"
RSYSLOG_TYPE = "application/json; charset=utf-8"


def plan_bulk(request: Request, index: str, rules: Rules, stamp: Stamp) -> Plan:
    """Plan a bulk request; `index` is that of the path, "" if there is none."""
    unconfirmed = when_unconfirmed(request)
    try:
        text = inflated(request, rules)
        default = Action("index", index or DEFAULT_INDEX)
        asked = operations(text, default, rules.max_request_events)
    except Refused as refused:
        return refused_whole(refused, unconfirmed)
    return planned(request, asked, rules, stamp)


def planned(request: Request, asked: list[Operation], rules: Rules, stamp: Stamp) -> Plan:
    """Plan the operations of a bulk request."""
    envelope = Envelope(rules, stamp)
    key = client_key(request.headers.get("idempotency-key"))
    events: list[Publication] = []
    items: list[dict[str, Any]] = []
    for position, (action, item) in enumerate(asked):
        found = checked(item, position, None, rules.limits)
        if isinstance(found, Unfit):
            answered = refused_item(action.target, action.id, found.refusal)
        else:
            name = name_for(action, key, position, several=len(asked) > 1)
            event = envelope.publication(found, position, name, action.context)
            events.append(event)
            answered = created(action.target, action.id or event.properties.message_id or "")
        items.append({action.verb: answered})
    refused = len(items) - len(events)
    answer = elastic(200, {"took": 0, "errors": refused > 0, "items": items})
    return Plan(answer, when_unconfirmed(request), events, (), refused)


def name_for(action: Action, key: str, position: int, *, several: bool) -> str | None:
    """Return what the client calls an event, None if it does not name it."""
    if action.id:
        return fitting(action.id)
    return keyed(key, position, several=several) if key else None


def when_unconfirmed(request: Request) -> Answer:
    """Return the answer of a bulk request when the broker is away, or too much waits for it."""
    return HANG_UP if drops_answers(request.headers) else ELASTIC_UNAVAILABLE


def drops_answers(headers: Mapping[str, str]) -> bool:
    """Tell whether a client of these routes drops what is answered 503; see above."""
    kind = headers.get("content-type")
    if not kind:
        return True
    is_rsyslog = kind == RSYSLOG_TYPE and headers.get("accept") == "*/*"
    return is_rsyslog and not headers.get("user-agent")


def refused_whole(refused: Refused, unconfirmed: Answer) -> Plan:
    """Plan a request whose body is of no use as a whole."""
    status, headers = status_of(refused)
    answer = elastic_error(status, PARSING_EXCEPTION, refused.refusal.reason, headers)
    return Plan(answer, unconfirmed, refused=1)


def plan_document(request: Request, action: Action, rules: Rules, stamp: Stamp) -> Plan:
    """Plan a request that stores one document (rsyslog's omelasticsearch without bulk mode)."""
    kind, unconfirmed = request.headers.get("content-type", ""), when_unconfirmed(request)
    try:
        items = items_of(inflated(request, rules), kind, 1)
    except Refused as refused:
        return refused_whole(refused, unconfirmed)
    found = checked(items[0], 0, None, rules.limits)
    if isinstance(found, Unfit):
        answered = refused_item(action.target, action.id, found.refusal)
        return Plan(elastic(400, answered), unconfirmed, refused=1)
    key = client_key(request.headers.get("idempotency-key"))
    event = Envelope(rules, stamp).publication(found, 0, name_for(action, key, 0, several=False))
    answer = elastic(201, created(action.target, action.id or event.properties.message_id or ""))
    return Plan(answer, unconfirmed, [event])
