"""Reads documents of Elasticsearch as they are now, with the version that replacing them needs.

1. Either every document asked for was answered for, or `SinkUnavailable` is raised: a document that
   could not be read is not one that is missing.
2. What is too much for the cluster's memory at once is read in halves.
"""

from __future__ import annotations

from collections.abc import Sequence

from elasticsearch import ApiError, Elasticsearch, TransportError, UnsupportedProductError

from mqworker.core.blame import Fault
from mqworker.core.errors import SinkUnavailable
from mqworker.core.message import Place, Stored
from mqworker.core.revision import build_retrieval, judge_retrieval
from mqworker.sinks.elasticsearch_client import explain, reason_of

AT_ONCE = 500
"""Documents that one request asks for; unlike for a look-up, the answer holds them."""

TOO_MUCH = "circuit_breaking_exception"
"""How a node turns away what it has no memory for."""

JSON = {"accept": "application/json", "content-type": "application/json"}


def retrieve(client: Elasticsearch, places: Sequence[Place]) -> list[Stored | None]:
    """Read documents; see `mqworker.ports.Revisions.fetch`."""
    documents: list[Stored | None] = []
    for start in range(0, len(places), AT_ONCE):
        documents += retrieve_some(client, places[start : start + AT_ONCE])
    return documents


def retrieve_some(client: Elasticsearch, places: Sequence[Place]) -> list[Stored | None]:
    """Read what one request may ask for."""
    try:
        answer = client.perform_request(
            "POST", "/_mget", headers=JSON, body=build_retrieval(places)
        )
    except UnsupportedProductError:
        raise SinkUnavailable("what answers is not Elasticsearch") from None
    except ApiError as error:
        reason = reason_of(error)
        half = len(places) // 2
        if TOO_MUCH in reason and half:
            return retrieve_some(client, places[:half]) + retrieve_some(client, places[half:])
        raise SinkUnavailable(f"Elasticsearch can't be read: {reason}") from None
    except TransportError as error:
        raise SinkUnavailable(f"Elasticsearch does not answer: {explain(error)}") from None
    found = judge_retrieval(answer.body, len(places))
    if isinstance(found, Fault):
        raise SinkUnavailable(f"Elasticsearch can't be read: {found.reason}")
    return found
