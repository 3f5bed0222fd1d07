"""What the worker demands of a cluster before it trusts events to it.

1. Each check that fails says what is missing, and what an operator can do about it.
2. A check that the cluster does not let us make is left out, unless the answer is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from elasticsearch import (
    ApiError,
    AuthorizationException,
    BadRequestError,
    Elasticsearch,
    NotFoundError,
)

from mqworker.core.errors import Misconfigured
from mqworker.sinks.template import VERSION, Installation, template_name

OLDEST = {8: 19, 9: 0}
"""The oldest minor version of each major version that is supported."""

CLUSTER_PRIVILEGES = ("monitor",)
INDEX_PRIVILEGES = ("index", "auto_configure", "read")
"""`index` is needed to complete documents (`create_doc` can't replace any), `read` for that, too,
and to look for earlier deliveries of a redelivered message."""

NO_SECURITY = frozenset({400, 404, 405})
"""How a cluster without security answers a question about privileges."""


def check_version(client: Elasticsearch) -> str:
    """Return the server's version.

    Raises:
        Misconfigured: it is not one that is supported.
        elasticsearch.ApiError, elasticsearch.TransportError: as the client raises them.
    """
    answer = client.info()
    number = str(answer["version"]["number"])
    major, minor = (int(part) for part in number.split(".")[:2])
    if minor < OLDEST.get(major, minor + 1):
        raise Misconfigured(
            f"Elasticsearch {number} (build flavor {answer['version'].get('build_flavor')}) is not "
            "supported: mqworker needs 8.19 or any 9"
        )
    return number


def check_privileges(client: Elasticsearch, prefix: str) -> None:
    """Check that documents may be written, and looked for.

    Raises:
        Misconfigured: a privilege is missing.
        elasticsearch.ApiError, elasticsearch.TransportError: as the client raises them.
    """
    index_name = f"{prefix}-out-of-range"
    try:
        answer = client.security.has_privileges(
            cluster=CLUSTER_PRIVILEGES,
            index=[{"names": [index_name], "privileges": INDEX_PRIVILEGES}],
        )
    except ApiError as error:
        if error.meta.status in NO_SECURITY:
            return
        raise
    missing = ", ".join(_missing(answer.body, index_name))
    if missing:
        raise Misconfigured(
            f"the Elasticsearch user {answer.body.get('username')} lacks {missing} "
            f"(wanted on {prefix}-*)"
        )


def check_alias(client: Elasticsearch, prefix: str) -> None:
    """Check that the alias's name is not taken: each new index would be refused.

    Raises:
        Misconfigured: an index or data stream is called like the alias.
        elasticsearch.ApiError, elasticsearch.TransportError: as the client raises them.
    """
    try:
        answer = client.indices.resolve_index(name=prefix)
    except (AuthorizationException, NotFoundError):
        return
    for kind in ("indices", "data_streams"):
        if any(each["name"] == prefix for each in answer.get(kind, ())):
            raise Misconfigured(
                f"Elasticsearch has an index or data stream named {prefix}, which is to be the "
                f"alias over all {prefix}-* indices: rename (reindex) or delete it"
            )


def check_lifecycle(client: Elasticsearch, name: str | None) -> None:
    """Check that a lifecycle policy is there, and fit for daily indices.

    Raises:
        Misconfigured: the cluster has none of this name, or no lifecycles at all; or it rolls over.
        elasticsearch.ApiError, elasticsearch.TransportError: as the client raises them.
    """
    if name is None:
        return
    try:
        answer = client.ilm.get_lifecycle(name=name)
    except AuthorizationException:
        return
    except NotFoundError:
        raise Misconfigured(
            f"Elasticsearch has no lifecycle policy {name}: make it, or leave out --ilm-policy"
        ) from None
    except BadRequestError:
        raise Misconfigured(
            "this Elasticsearch has no index lifecycle management (ILM): leave out --ilm-policy, "
            "and remove old days by mqworker indices prune"
        ) from None
    phases = answer[name]["policy"].get("phases", {})
    if any("rollover" in phase.get("actions", {}) for phase in phases.values()):
        raise Misconfigured(
            f"the lifecycle policy {name} rolls indices over, and mqworker's are of one day each: "
            "take the action rollover out of it"
        )


def tell_installation(prefix: str, done: Installation) -> str:
    """Return a line about the template for people."""
    name = template_name(prefix)
    match done.change:
        case "unchanged":
            return f"index template {name} version {done.version}"
        case "newer":
            return f"index template {name} version {done.version}, newer than this mqworker's"
    return f"index template {name} version {VERSION} {done.change}"


def _missing(answer: Mapping[str, Any], index_name: str) -> Iterator[str]:
    for name, granted in answer.get("cluster", {}).items():
        if not granted:
            yield f"the cluster privilege {name}"
    # A proxy, or what only resembles Elasticsearch, may answer anything here.
    indices = answer.get("index")
    granted_there = indices.get(index_name) if isinstance(indices, dict) else None
    for name, granted in (granted_there or {}).items():
        if not granted:
            yield f"the index privilege {name}"
