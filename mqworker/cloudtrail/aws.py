"""boto3, and its errors in our words. The only module that knows where clients come from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, NamedTuple

import boto3
import botocore.exceptions
import urllib3.exceptions
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.session import get_session

from mqworker import __version__
from mqworker.core.cloudtrail.answers import Meaning, explained, meaning
from mqworker.core.cloudtrail.region import read_queue_url
from mqworker.core.errors import Misconfigured, MqworkerError, Unavailable

NO_CREDENTIALS = (
    botocore.exceptions.NoCredentialsError,
    botocore.exceptions.PartialCredentialsError,
    botocore.exceptions.ProfileNotFound,
    botocore.exceptions.InvalidConfigError,
    botocore.exceptions.ConfigParseError,
)

INVALID = (botocore.exceptions.ParamValidationError,)
"""boto3 refuses the name of a bucket or key by itself."""

NO_ANSWER = (
    botocore.exceptions.BotoCoreError,
    urllib3.exceptions.HTTPError,
    HTTPException,
    OSError,
)


SILENCE = (
    botocore.exceptions.ConnectTimeoutError,
    botocore.exceptions.ReadTimeoutError,
    urllib3.exceptions.TimeoutError,
    TimeoutError,
)
"""Of these: a time limit has passed."""

CONNECT_LIMIT_S = 5.0
READ_LIMIT_S = 20.0
ATTEMPTS = 2
CALL_LIMIT_S = ATTEMPTS * (CONNECT_LIMIT_S + READ_LIMIT_S)
"""How long one call takes that is not answered, in seconds."""


class Answered(MqworkerError):
    """AWS refused; `meaning` is what that means for the message: "gone" or "denied"."""

    def __init__(self, code: str, what: Meaning, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.meaning = what


@dataclass(frozen=True, slots=True)
class AwsOptions:
    """How AWS is reached.

    queue_url: of the SQS queue.
    region: of the queue; None: what its URL says, else what boto3 finds.
    endpoint: None: what the URL says, else what boto3 finds.
    role_arn: to be assumed; None: the credentials that boto3 finds are used as they are.
    read_timeout_s: how long a service may be silent.
    """

    queue_url: str
    region: str | None = None
    endpoint: str | None = None
    role_arn: str | None = None
    read_timeout_s: float = READ_LIMIT_S


class Clients(NamedTuple):
    """boto3's clients."""

    sqs: Any
    s3: Any


def open_clients(options: AwsOptions) -> Clients:
    """Return clients; they connect when they are first used.

    Raises:
        Misconfigured: region or credentials are missing or contradict each other.
    """
    address = read_queue_url(options.queue_url)
    if options.region and address.region and options.region != address.region:
        raise Misconfigured(
            f"queue_url is in {address.region}, but aws_region is {options.region}: leave it out"
        )
    region = options.region or address.region or None
    config = configuration(options.read_timeout_s)
    where = {
        name: options.endpoint or endpoint_of(name, address.endpoint)
        for name in ("sqs", "s3", "sts")
    }
    with translated():
        session = session_for(options.role_arn, region, where["sts"])
        sqs, s3 = (
            session.client(name, config=config, endpoint_url=where[name]) for name in ("sqs", "s3")
        )
    return Clients(sqs, s3)


def endpoint_of(service: str, found: str) -> str | None:
    """Return the endpoint that a queue's URL names, None where boto3 is to choose."""
    ours = ("AWS_ENDPOINT_URL", f"AWS_ENDPOINT_URL_{service.upper()}")
    return None if any(name in os.environ for name in ours) else found or None


def session_for(role_arn: str | None, region: str | None, sts: str | None) -> boto3.Session:
    """Return a session of boto3, with the role assumed where one is wanted; `sts` is an endpoint.

    Raises:
        Misconfigured: nobody says in which region.
    """
    inner = get_session()
    if region:
        inner.set_config_variable("region", region)
    if role_arn:
        assume(inner, role_arn, sts)
    session = boto3.Session(botocore_session=inner)
    if not session.region_name:
        raise Misconfigured("the region of the queue is not known: name it with aws_region")
    return session


def assume(session: Any, role_arn: str, endpoint: str | None) -> None:
    """Give a session the credentials of a role, renewed before they end.

    Raises:
        botocore.exceptions.NoCredentialsError: there are none to assume it with.
    """

    def open_sts(service: str, **more: Any) -> Any:
        where = {"region_name": region, "endpoint_url": endpoint}
        return get_session().create_client(service, **where | more)

    region, credentials = session.get_config_variable("region"), session.get_credentials()
    if credentials is None:
        raise botocore.exceptions.NoCredentialsError
    fetcher = AssumeRoleCredentialFetcher(
        open_sts,
        credentials,
        role_arn,
        extra_args={"RoleSessionName": "mqworker-cloudtrail"},
    )
    session._credentials = DeferredRefreshableCredentials(  # noqa: SLF001 - botocore has no other way
        fetcher.fetch_credentials, "assume-role"
    )


def configuration(read_timeout_s: float) -> Config:
    """Return how patient clients are. Our own backoff does the rest."""
    return Config(
        connect_timeout=CONNECT_LIMIT_S,
        read_timeout=read_timeout_s,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        tcp_keepalive=True,
        user_agent_extra=f"mqworker/{__version__}",
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn what boto3 raises into errors of ours.

    Raises:
        Answered: AWS refuses.
        Misconfigured: there are no credentials.
        Unavailable: AWS is too busy, or does not answer, or not to the end.
    """
    try:
        yield
    except botocore.exceptions.ClientError as error:
        raise answer_of(error.response) from error
    except NO_CREDENTIALS as error:
        raise Misconfigured(f"AWS credentials: {error}") from error
    except INVALID as error:
        raise Answered("InvalidName", "gone", " ".join(str(error).split())) from error
    except NO_ANSWER as error:
        silent = isinstance(error, SILENCE)
        raise Unavailable(f"AWS: {type(error).__name__}: {error}", silent=silent) from error


def answer_of(response: dict[str, Any]) -> MqworkerError:
    """Return what to raise for an error that AWS answered with."""
    told = response.get("Error", {})
    code = str(told.get("Code", "an error without a name"))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    text, what = explained(code, str(told.get("Message", ""))), meaning(code, status)
    return Unavailable(f"AWS: {text}") if what == "later" else Answered(code, what, text)
