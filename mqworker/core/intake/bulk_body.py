r"""The body of Elasticsearch's `_bulk` -> what is to be stored, line by line.

`{"index": {…}}\n{document}\n…`, also as shippers really write it: with blank lines anywhere, and
without the last newline. MozDef's `/_bulk` took events without action lines too, as lines or as
an array, so these are events.

1. After an action comes its document, whatever that looks like. Elsewhere a line is an action if
   it has one key, which names an action, with nothing in it but what an action can hold: an event
   with a key `index` is an event.
2. Every item has an answer at its place: clients match answers to events by their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from mqworker.core.inflate import TooLarge
from mqworker.core.intake.bodies import Bad, Found, Item, lines_of
from mqworker.core.intake.wrappings import unwrapped
from mqworker.core.message import Refusal
from mqworker.core.trace_context import TRACEPARENT, TRACESTATE, carried

ACTIONS = frozenset(("index", "create", "update", "delete"))
STORING = frozenset(("index", "create"))

METADATA = frozenset(
    (
        *("_index", "_type", "_id", "_routing", "routing", "_parent", "parent"),
        *("_version", "version", "_version_type", "version_type", "op_type", "pipeline"),
        *("if_seq_no", "if_primary_term", "require_alias", "require_data_stream"),
        *("dynamic_templates", "retry_on_conflict", "_retry_on_conflict", "_source"),
        *("list_executed_pipelines", "_op_type", "timestamp", "_timestamp", "ttl", "_ttl"),
        *(TRACEPARENT, TRACESTATE),
    )
)


class Action(NamedTuple):
    """What to do with a document in an index; `id` is None where the client gives none.

    context: of the event's own trace, as mqworker's clients give it; Elasticsearch has no such.
    """

    verb: str = "index"
    target: str = ""
    id: str | None = None
    context: Mapping[str, str] | None = None


class Operation(NamedTuple):
    """An action and its document."""

    action: Action
    item: Item


def operations(text: bytes, default: Action, most: int) -> list[Operation]:
    """Return what a bulk body asks for, in order.

    Args:
        text: the body, inflated.
        default: the action of events without one, and the index of actions without one.
        most: how many are allowed.

    Raises:
        TooLarge: there are more.
    """
    found = list(operations_in(text, default, most))
    if len(found) > most:
        raise TooLarge(Refusal("decode", f"more than {most} events in one request"))
    return found


def operations_in(text: bytes, default: Action, most: int) -> Iterator[Operation]:
    """Give what a bulk body asks for."""
    whole = whole_value(text)
    if type(whole) is list:
        for item in whole:
            yield Operation(default, Found(item))
    elif type(whole) is dict and action_of(whole, default) is None:
        inner = unwrapped(whole)
        for value in [whole] if inner is None else inner:
            yield Operation(default, Found(value))
    else:
        yield from paired(lines_of(text, 2 * most + 2), default)


def whole_value(text: bytes) -> Any:
    """Return the value of a body that is one JSON text, None if it is none, or of lines."""
    if text[:1] not in b"[{":
        text = text.lstrip()
    if text[:1] == b"{" and text.find(b"\n{", 0, 4096) >= 0:
        return None  # lines; not parsed twice
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def paired(lines: Iterator[Item], default: Action) -> Iterator[Operation]:
    """Give each action with its document, and each event without an action."""
    for line in lines:
        action = None if isinstance(line, Bad) else action_of(line.value, default)
        if isinstance(line, Bad) or action is None:
            yield Operation(default, line)
        elif action.verb == "delete":
            yield Operation(action, unsupported(line, action))
        else:
            document = next(lines, None)
            if document is None:
                refusal = Refusal("decode", f"the body ends after an action ({action.verb})")
                yield Operation(action, Bad(line.raw or b"", refusal))
            elif action.verb in STORING:
                yield Operation(action, document)
            else:
                yield Operation(action, unsupported(document, action))


def unsupported(item: Item, action: Action) -> Bad:
    """Return the refusal of an action that events do not have."""
    reason = f"the action {action.verb} is not supported: events are only added"
    return Bad(item.raw or b"", Refusal("decode", reason))


def action_of(value: Any, default: Action) -> Action | None:
    """Return the action that a line's value is, None if it is an event."""
    if type(value) is not dict or len(value) != 1:
        return None
    ((verb, details),) = value.items()
    if verb not in ACTIONS or type(details) not in (dict, type(None)):
        return None
    if not METADATA.issuperset(details or ()):
        return None
    return Action(verb, *target_of(details or {}, default), carried(details))


def target_of(details: dict[str, Any], default: Action) -> tuple[str, str | None]:
    """Return the index and the ID that an action names; an ID may be a number."""
    index, name = details.get("_index"), details.get("_id")
    return (
        index if type(index) is str and index else default.target,
        str(name) if type(name) in (str, int) and name != "" else None,
    )
