"""What RabbitMQ's errors mean: an outage, which passes, or something that the operator must change.

Reply codes: AMQP 0-9-1, section 1.2 (reply-code), as https://www.rabbitmq.com/docs/channels lists
them. pika hides some of them in the text of an error of its own.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from typing import NamedTuple

from pika import exceptions
from pika.adapters.utils.connection_workflow import AMQPConnectorStackTimeout

from mqworker.brokers.rabbitmq import Topology
from mqworker.core.errors import Misconfigured
from mqworker.core.urls import redact_text

HIDDEN_REPLY = re.compile(r"""\((\d{3})\) ['"](.*?)['"]\)?,?$""")

PASSING = {404: "down or inaccessible", 530: "limit ("}
"""What a refusal says that will not last: a cluster node is down, too many are connected."""

TLS_REFUSALS = ("WRONG_VERSION_NUMBER", "CERTIFICATE", "UNKNOWN_CA", "ALERT", "HANDSHAKE")
"""Parts of OpenSSL's names for the errors that stay until someone changes a setting."""


class Reply(NamedTuple):
    """The broker's reason for closing a channel or a connection."""

    code: int
    text: str


def misconfigured(error: BaseException, shown: str, topology: Topology) -> Misconfigured | None:
    """Return what the operator has to change; None for an outage.

    Args:
        error: why the channel or connection was closed, or did not come about.
        shown: the broker's URL, for people.
        topology: what was declared.
    """
    root, reply = root_of(error), reply_of(error)
    advice = advise_tls(root) or advise_login(root, reply)
    if reply and not advice:
        advice = advise_channel(reply, topology)
    if not advice or (reply and PASSING.get(reply.code, "\0") in reply.text):
        return None
    return Misconfigured(f"{shown}: {describe(error)}: {advice}")


def advise_tls(root: BaseException) -> str | None:
    """Say what to do about a failed TLS handshake."""
    if isinstance(root, ssl.SSLCertVerificationError):
        return "name the certificate's authority (CA), or use the name that the certificate is for"
    if isinstance(root, ssl.SSLError) and any(part in str(root.reason) for part in TLS_REFUSALS):
        return "is this the broker's TLS port, and does it accept the client's certificate?"
    return None


def advise_login(root: BaseException, reply: Reply | None) -> str | None:
    """Say what to do about a login that failed."""
    if isinstance(root, exceptions.ProbableAuthenticationError) and reply:
        return "check user and password, or for EXTERNAL that the certificate's user exists"
    if isinstance(root, exceptions.ProbableAccessDeniedError) and reply:
        return "create the virtual host (rabbitmqctl add_vhost) or give the user rights to it"
    if type(root) is exceptions.AuthenticationError:  # not a ProbableAuthenticationError
        return "enable this way to log in at the broker (auth_mechanisms, and its plugin)"
    return None


def advise_channel(reply: Reply, topology: Topology) -> str | None:
    """Say what to do about a request that the broker refuses."""
    if reply.code == 406 and "for exchange" in reply.text:  # noqa: PLR2004
        return (
            "an exchange of this name exists with other properties: delete it, leave it out "
            "(--exchange), or bind the queue yourself and use --passive"
        )
    return ADVICE.get(reply.code, "").format(queue=" or ".join(topology.queues)) or None


ADVICE = {
    403: "give the user rights to configure, write and read (rabbitmqctl set_permissions)",
    404: "declare queue {queue}, or leave out --passive so that it is declared",
    405: "queue {queue} belongs to another connection alone (exclusive): use another one",
    406: (
        "queue {queue} exists with other properties: take it as it is (--passive), or delete it; "
        "limits and dead-letter exchanges are better set by a policy than by arguments"
    ),
    503: "the broker takes the request for wrong",
    530: "the broker does not allow it",
    540: "the broker can't do this",
}


def describe(error: BaseException) -> str:
    """Return what happened, in one line for people, without passwords."""
    reply = reply_of(error)
    if reply:
        return redact_text(f"{reply.code} {reply.text}")
    root = root_of(error)
    if isinstance(root, DISGUISED) and root.args:
        return redact_text(str(root.args[0]))
    text = str(root) or repr(root)
    return redact_text(text if isinstance(root, OSError) else f"{type(root).__name__}: {text}")


def is_silence(error: BaseException | None) -> bool:
    """Tell whether an error is but a time limit that has passed."""
    return error is not None and isinstance(root_of(error), SILENCE)


def reply_of(error: BaseException) -> Reply | None:
    """Return the broker's reply code and text, if it is the broker that refused."""
    root = root_of(error)
    if isinstance(root, exceptions.ConnectionClosed | exceptions.ChannelClosed):
        return Reply(root.reply_code, root.reply_text)
    if isinstance(root, DISGUISED):
        found = HIDDEN_REPLY.search(str(root.args[0]) if root.args else "")
        return Reply(int(found[1]), found[2]) if found else None
    return None


SILENCE = (
    TimeoutError,
    AMQPConnectorStackTimeout,
    exceptions.ConnectionOpenAborted,  # by pika, when the handshake takes too long
    exceptions.AMQPHeartbeatTimeout,
)

DISGUISED = (exceptions.ProbableAuthenticationError, exceptions.ProbableAccessDeniedError)


def root_of(error: BaseException) -> BaseException:
    """Return what pika has wrapped, in whichever of its ways."""
    for inner in wrapped(error):
        return root_of(inner)
    return error


def wrapped(error: BaseException) -> Iterator[BaseException]:
    """Yield what the error wraps."""
    held = (*getattr(error, "exceptions", ())[-1:], getattr(error, "exception", None), *error.args)
    return (each for each in held if isinstance(each, BaseException))
