"""RabbitMQ's management API, for reading: what AMQP does not tell.

https://www.rabbitmq.com/docs/management#http-api; the user needs the tag `monitoring`.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import urllib3

from mqworker.core.errors import BrokerUnavailable, Misconfigured, MqworkerError
from mqworker.core.urls import redact, redact_text

TIMEOUT_S = 10.0
BAD_HEALTH = HTTPStatus.SERVICE_UNAVAILABLE
"""What a health check answers that fails, with its reason."""


class NoSuchThing(MqworkerError):
    """The API has nothing of that name, or does not show it to us."""


@dataclass(frozen=True, slots=True)
class ManagementOptions:
    """Where the API is, and who we are to it; user and password are for a URL that has none."""

    url: str = field(repr=False)
    user: str = "guest"
    password: str = field(default="guest", repr=False)
    ca_file: str | None = None
    tls_verify: bool = True


class Management:
    """Asks the management API."""

    def __init__(self, options: ManagementOptions) -> None:
        """Connect to nothing yet."""
        parts = urlsplit(options.url)
        user = unquote(parts.username) if parts.username else options.user
        password = unquote(parts.password) if parts.password else options.password
        self.shown = redact(options.url)
        host = parts.netloc.rpartition("@")[2]
        self.base = f"{parts.scheme}://{host}{parts.path.rstrip('/')}"
        self.headers = urllib3.make_headers(basic_auth=f"{user}:{password}")
        self.pool = urllib3.PoolManager(
            timeout=TIMEOUT_S,
            retries=False,
            cert_reqs=ssl.CERT_REQUIRED if options.tls_verify else ssl.CERT_NONE,
            ca_certs=options.ca_file,
        )

    def get(self, *path: str) -> Any:
        """Return what is at a path below /api; its parts are names, which may hold anything.

        Raises:
            NoSuchThing: there is nothing.
            Misconfigured: it does not let us in.
            BrokerUnavailable: no answer.
        """
        where = "/".join(quote(part, safe="") for part in path)
        try:
            answer = self.pool.request("GET", f"{self.base}/api/{where}", headers=self.headers)
        except urllib3.exceptions.HTTPError as error:
            raise BrokerUnavailable(redact_text(f"{self.shown}: {error}")) from None
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise Misconfigured(f"{self.shown}: the management API does not let this user in")
        if answer.status not in (HTTPStatus.OK, BAD_HEALTH):
            raise NoSuchThing(f"{self.shown}: {answer.status} for /api/{where}")
        try:
            return json.loads(answer.data)
        except ValueError:
            raise Misconfigured(f"{self.shown}: what answers is no management API") from None
