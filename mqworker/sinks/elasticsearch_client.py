"""The connection to Elasticsearch: the official client, made quiet and quick, and its errors.

1. The client tries nothing again on its own, but for a node that can't be reached: then it asks
   the next one. Everything else is the worker's to retry, under its own backoff.
2. No password or key is ever part of an error or of a log line.

Client 8.19 speaks to servers 8.19 and 9.x.
"""

from __future__ import annotations

import logging
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from elastic_transport import (
    ApiError,
    ConnectionTimeout,
    NodeConfig,
    Serializer,
    TlsError,
    TransportError,
    Urllib3HttpNode,
)
from elasticsearch import Elasticsearch, UnsupportedProductError
from elasticsearch.serializer import OrjsonSerializer
from urllib3 import HTTPSConnectionPool

from mqworker.core.blame import clipped, tell
from mqworker.core.bulk import read_answer
from mqworker.core.errors import Misconfigured, SinkUnavailable
from mqworker.core.urls import redact, redact_text
from mqworker.pulse import answered, unanswered

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchOptions:
    """Where Elasticsearch is, and who we are to it.

    urls: `http(s)://[user:password@]host:port[/path]` of each node.
    prefix: what the index names begin with; also the name of the alias over them.
    ca_file: PEM file of the authorities trusted for https; None for the system's.
    certificate_file, key_file: PEM files of the client's own certificate.
    api_key: as Elasticsearch gives it out ("encoded"), or `id:key`.
    username, password: for basic authentication.
    verify_certificates: False trusts whoever answers.
    setup: install or upgrade the index template where that is needed and allowed.
    lifecycle: the lifecycle policy that the template shall name; None for none.
    timeout_s: seconds without an answer after which a request counts as failed.
    compress: gzip request bodies.
    connections: requests in flight to one node, at most.
    """

    urls: tuple[str, ...]
    prefix: str = "events"
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    api_key: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    verify_certificates: bool = True
    setup: bool = True
    timeout_s: float = 30.0
    lifecycle: str | None = None
    compress: bool = False
    connections: int = 10


def connect(options: ElasticsearchOptions) -> Elasticsearch:
    """Return a client; it connects when it is first used.

    Raises:
        Misconfigured: a URL, a file or a combination of credentials is unusable.
    """
    _quiet(several=len(options.urls) > 1)
    try:
        return Elasticsearch(
            list(options.urls),
            node_class=Node,
            serializers={each.mimetype: each for each in (Answers(), LinesAsTheyAre())},
            max_retries=len(options.urls) - 1,
            retry_on_timeout=False,
            retry_on_status=(),
            request_timeout=options.timeout_s,
            http_compress=options.compress,
            connections_per_node=options.connections,
            **_credentials(options),
            **_encryption(options),
        )
    except (ValueError, OSError) as error:
        shown = ", ".join(map(redact, options.urls))
        raise Misconfigured(f"Elasticsearch at {shown}: {redact_text(str(error))}") from None


class Node(Urllib3HttpNode):
    """A node that trusts whom we say, and whose warnings go to the log."""

    def __init__(self, config: NodeConfig) -> None:
        """Let the given TLS context alone decide whom to trust; the client would add to it."""
        super().__init__(config)
        if isinstance(self.pool, HTTPSConnectionPool) and config.ssl_context is not None:
            self.pool.ca_certs = None
            self.pool.cert_reqs = config.ssl_context.verify_mode

    def perform_request(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request and return the answer, without its `Warning` header."""
        try:
            response = super().perform_request(*args, **kwargs)
        except ConnectionTimeout:
            unanswered()
            raise
        except TransportError:
            answered()  # refused, or cut off: this machine or the next one lives
            raise
        answered()
        warning = response.meta.headers.pop("warning", None)
        if warning:
            log.debug("Elasticsearch warns: %s", warning)
        return response


class Answers(OrjsonSerializer):
    """Reads what Elasticsearch answers."""

    def json_loads(self, data: bytes) -> Any:
        """Return the answer: the client's own seam for how JSON is read."""
        return read_answer(data)


class LinesAsTheyAre(Serializer):
    """Hands bulk bodies on; the client's own serializer copies them twice."""

    mimetype = "application/x-ndjson"

    def dumps(self, data: bytes) -> bytes:
        """Return `data` itself."""
        return data


@contextmanager
def translated() -> Iterator[None]:
    """Turn the client's errors into Misconfigured and SinkUnavailable."""
    try:
        yield
    except UnsupportedProductError:
        raise Misconfigured("what answers there is not Elasticsearch") from None
    except ApiError as error:
        raise _translate(error) from None
    except TlsError as error:
        raise Misconfigured(f"no trusted connection to Elasticsearch: {explain(error)}") from None
    except TransportError as error:
        raise SinkUnavailable(f"Elasticsearch does not answer: {explain(error)}") from None


def reason_of(error: ApiError) -> str:
    """Return what Elasticsearch said, as one line."""
    body = error.body.get("error") if isinstance(error.body, dict) else None
    return f"{error.meta.status} {tell(body) or 'without a reason'}"


def explain(error: TransportError) -> str:
    """Return what went wrong on the way to Elasticsearch, as one line."""
    if isinstance(error, ConnectionTimeout):
        return "no answer in time"
    return clipped(redact_text(str(error.message)))


def _translate(error: ApiError) -> Misconfigured | SinkUnavailable:
    status, reason = error.meta.status, reason_of(error)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SinkUnavailable(f"Elasticsearch can't serve: {reason}")
    if status == HTTPStatus.UNAUTHORIZED:
        return Misconfigured(f"Elasticsearch does not accept the credentials: {reason}")
    return Misconfigured(f"Elasticsearch refuses: {reason}")


def _quiet(*, several: bool) -> None:
    """Let the client's log hold nothing but which of several nodes is down.

    It logs each request, and each change of node with a traceback; what came of a request is for
    the sink to tell.
    """
    logging.getLogger("elastic_transport.transport").setLevel(logging.ERROR)
    pool = logging.getLogger("elastic_transport.node_pool")
    pool.setLevel(logging.WARNING if several else logging.ERROR)


def _credentials(options: ElasticsearchOptions) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if options.api_key is not None:
        key_id, colon, key = options.api_key.partition(":")
        given["api_key"] = (key_id, key) if colon else options.api_key
    if options.username is not None:
        given["basic_auth"] = (options.username, options.password or "")
    return given


def _encryption(options: ElasticsearchOptions) -> dict[str, Any]:
    if not any(url.startswith("https:") for url in options.urls):
        return {}
    context = ssl.create_default_context(cafile=options.ca_file)
    if not options.verify_certificates:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    if options.certificate_file is not None:
        context.load_cert_chain(options.certificate_file, options.key_file)
    return {"ssl_context": context}
