"""The index template: how Elasticsearch understands each field of an event.

1. What a sender may write never makes Elasticsearch refuse the document, as far as a mapping can
   see to that. Dynamic fields are keywords whatever came first in them; `subobjects: false` lets
   `details.user` be text in one event and an object in the next; what is no address, or too long
   for a keyword, or beyond the limit of fields, is stored but not indexed.
2. It catches the worker's own indices only.
3. It sets what the worker depends on and nothing else. Shards, replicas, lifecycle and pipelines
   are the cluster's defaults, or come from the component template `<name>@custom`, which is read
   when an operator has made one; no upgrade touches that.
4. Its version grows with each change. An index keeps the mapping that it was created with: after
   an upgrade, the next day's index is the first with the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from elasticsearch import AuthorizationException, Elasticsearch, NotFoundError

from mqworker.core.cloudtrail.mapping import FREE_FORM
from mqworker.core.errors import Misconfigured
from mqworker.core.free_form import LONGEST_VALUE

VERSION = 2
MANAGER = "mqworker"
"""What the template, and each index made by it, says of who manages it."""

PRIORITY = 300
"""Above the 100 to 200 of the templates that come with Elasticsearch."""

LONGEST_KEYWORD = 8191
"""Lucene's limit is 32,766 bytes; this many characters can't exceed it."""

KEYWORD = {"type": "keyword", "ignore_above": LONGEST_KEYWORD}

ADDRESS = {"type": "ip", "ignore_malformed": True}
TEXT = {"type": "text"}
TIME = {"type": "date", "format": "strict_date_optional_time"}

FIELDS: Mapping[str, Any] = {
    "receivedtimestamp": TIME,
    "utctimestamp": TIME,
    "timestamp": TIME,
    "summary": TEXT,
    "errors": TEXT,
    "category": KEYWORD,
    "eventsource": KEYWORD,
    "facility": KEYWORD,
    "hostname": KEYWORD,
    "mozdef.plugins": KEYWORD,
    "mozdefhostname": KEYWORD,
    "processid": KEYWORD,
    "processname": KEYWORD,
    "severity": KEYWORD,
    "source": KEYWORD,
    "tags": KEYWORD,
    "type": KEYWORD,
}

DETAILS: Mapping[str, Any] = {
    "sourceipaddress": ADDRESS,
    "destinationipaddress": ADDRESS,
    # The relay's address, or its name: searchable as either.
    "eventsourceipaddress": {**KEYWORD, "fields": {"ip": ADDRESS}},
    # Whatever names these hold, each is one field; see mqworker.core.free_form.
    **{name: {"type": "flattened", "ignore_above": LONGEST_VALUE} for name in FREE_FORM},
}

DETAIL_KEYWORDS = (
    "action",
    "actor",
    "authmethod",
    "connectionid",
    "destinationport",
    "destinationuri",
    "domain",
    "error",
    "exception",
    "group",
    "keyid",
    "object",
    "permission",
    "reason",
    "requestid",
    "result",
    "role",
    "sessionid",
    "sourceport",
    "sourceuri",
    "success",
    "traceid",
    "uri",
    "useragent",
    "username",
)
"""Named here so that the limit of fields can't shut them out; the dynamic mapping is the same."""

CORRELATION: Mapping[str, Any] = {
    **{f"filled.{name}": KEYWORD for name in ("field", "value", "link", "from", "hops", "seconds")},
    **{f"ambiguous.{name}": KEYWORD for name in ("field", "candidates", "hops")},
    **{f"hot.{name}": KEYWORD for name in ("field", "link", "hops")},
}

SCALARS = ["string", "long", "double", "boolean", "date", "binary"]

SETTINGS: Mapping[str, Any] = {
    # A document counts as stored when Elasticsearch says so: then it has to be on disk.
    "index.translog.durability": "request",
    "index.mapping.total_fields.limit": 1000,
    "index.mapping.total_fields.ignore_dynamic_beyond_limit": True,
}

LIFECYCLE = "index.lifecycle.name"

Change = Literal["installed", "upgraded", "unchanged", "newer"]


class Installation(NamedTuple):
    """What was done about the template, and the version that is there now."""

    change: Change
    version: int


def template_name(prefix: str) -> str:
    """Return the name of the index template."""
    return f"mqworker-{prefix}"


def patterns(prefix: str) -> list[str]:
    """Return the names of indices that the template is for: `events-20260214` and the catch-all."""
    return [f"{prefix}-2*", f"{prefix}-out-of-range"]


def index_template(prefix: str, lifecycle: str | None = None) -> dict[str, Any]:
    """Return the template as Elasticsearch's API takes it.

    Args:
        prefix: what the index names begin with.
        lifecycle: the name of the lifecycle policy of each index; None for none.
    """
    custom = f"{template_name(prefix)}@custom"
    return {
        "index_patterns": patterns(prefix),
        "priority": PRIORITY,
        "version": VERSION,
        "_meta": {"version": VERSION, "managed_by": MANAGER},
        "composed_of": [custom],
        "ignore_missing_component_templates": [custom],
        "template": {
            "settings": {**SETTINGS, **({LIFECYCLE: lifecycle} if lifecycle else {})},
            "mappings": mappings(),
            "aliases": {prefix: {}},
        },
    }


def mappings() -> dict[str, Any]:
    """Return the mapping of an event."""
    details = dict.fromkeys(DETAIL_KEYWORDS, KEYWORD) | dict(DETAILS)
    return {
        "_meta": {"version": VERSION, "managed_by": MANAGER},
        "subobjects": False,
        "date_detection": False,
        "dynamic_templates": [
            {"scalars": {"match_mapping_type": SCALARS, "mapping": KEYWORD}},
        ],
        "properties": {
            **FIELDS,
            **{f"details.{name}": mapping for name, mapping in details.items()},
            **{f"correlation.{name}": mapping for name, mapping in CORRELATION.items()},
        },
    }


class Present(NamedTuple):
    """The template that is there: its version, 0 without one, and its lifecycle policy."""

    version: int
    lifecycle: str | None


def present(client: Elasticsearch, prefix: str) -> Present | None:
    """Return what is there of the template; None if there is none.

    Raises:
        elasticsearch.ApiError, elasticsearch.TransportError: as the client raises them.
    """
    try:
        answer = client.indices.get_index_template(name=template_name(prefix))
    except NotFoundError:
        return None
    listed = answer.get("index_templates")
    if not listed:  # some proxies and stand-ins answer so where Elasticsearch says 404
        return None
    found = listed[0]["index_template"]
    version = found.get("version")
    settings = found.get("template", {}).get("settings", {}).get("index", {})
    lifecycle = settings.get("lifecycle", {}).get("name")
    return Present(version if isinstance(version, int) else 0, lifecycle)


def install(
    client: Elasticsearch, prefix: str, lifecycle: str | None = None, *, allowed: bool = True
) -> Installation:
    """Install the template, or upgrade an older one; leave a newer one alone.

    Args:
        client: the connection.
        prefix: what the index names begin with.
        lifecycle: the lifecycle policy that it shall name; None leaves the one that is there.
        allowed: False only looks whether the template is there.

    Raises:
        Misconfigured: it is missing or older, and can't be installed.
        elasticsearch.ApiError, elasticsearch.TransportError: as the client raises them.
    """
    found = present(client, prefix)
    if found is not None and found.version >= VERSION and lifecycle in (None, found.lifecycle):
        return Installation("unchanged" if found.version == VERSION else "newer", found.version)
    lack = _lack(prefix, found, lifecycle)
    if not allowed:
        raise Misconfigured(f"{lack}; run `mqworker setup`")
    try:
        client.perform_request(
            "PUT",
            f"/_index_template/{template_name(prefix)}",
            headers={"accept": "application/json", "content-type": "application/json"},
            body=index_template(prefix, lifecycle or (found.lifecycle if found else None)),
        )
    except AuthorizationException:
        raise Misconfigured(
            f"{lack}, and the privilege to install it is missing: run `mqworker setup` as someone "
            "with the cluster privilege manage_index_templates"
        ) from None
    return Installation("installed" if found is None else "upgraded", VERSION)


def _lack(prefix: str, found: Present | None, lifecycle: str | None) -> str:
    name = template_name(prefix)
    if found is None:
        return f"the index template {name} is missing"
    if found.version >= VERSION:
        return f"the index template {name} does not name the lifecycle policy {lifecycle}"
    return f"the index template {name} has version {found.version}, this mqworker needs {VERSION}"
