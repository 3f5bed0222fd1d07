"""AWS CloudTrail: records that are sent as they are get what `mqworker cloudtrail` gives them.

Of an event that comes from there, only `type` is left to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.cloudtrail.caller import caller
from mqworker.core.cloudtrail.calls import call
from mqworker.core.cloudtrail.keys import lowered
from mqworker.core.cloudtrail.mapping import SOURCE
from mqworker.core.extract import Extractor
from mqworker.core.statement import REPLACEABLE, Details, Statement
from mqworker.core.synonyms import UNKNOWN


def extract(event: Mapping[str, Any]) -> Details | Statement:
    """Return who called and in which session, the call's verb, and what kind of event it is."""
    details = event["details"]
    identity, name = details["useridentity"], details.get("eventname")
    if type(identity) is not dict or type(name) is not str:
        return {}
    facts = call(name) | caller(lowered(identity))
    return Statement(facts, fields=fields(event))


def fields(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that such an event has, where the sender left them open."""
    found = {"type": SOURCE}
    if event.get("source") == UNKNOWN:
        found["source"] = SOURCE
    service = event.get("eventsource")
    if event.get("hostname") == UNKNOWN and type(service) is str and is_short(service):
        found["hostname"] = service
    return found


def is_short(name: str) -> bool:
    """Tell whether a name can be a host's."""
    return 0 < len(name.encode("utf-8", "replace")) <= REPLACEABLE["hostname"]


EXTRACTOR: Final = Extractor("cloudtrail", extract, names=("useridentity",))
