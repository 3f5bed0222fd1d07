from __future__ import annotations

import ssl

import pytest
from pika import exceptions
from pika.adapters.utils import connection_workflow as workflow

from mqworker.brokers.rabbitmq import Topology
from mqworker.brokers.refusals import describe, misconfigured

SHOWN = "amqp://u:***@h/"
TOPOLOGY = Topology("events")


def hidden(kind: type[Exception], code: int, text: str) -> Exception:
    """What pika makes of a connection that is closed while it comes about."""
    return kind(repr(exceptions.ConnectionClosedByBroker(code, text)))


def failed(error: Exception) -> Exception:
    """What pika makes of a connection that does not come about."""
    made: Exception = exceptions.AMQPConnectionError(workflow.AMQPConnectionWorkflowFailed([error]))
    return made


def certificate_error() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")
    error.reason = "CERTIFICATE_VERIFY_FAILED"
    return error


def tls_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}]")
    error.reason = reason
    return error


LOGIN = exceptions.ProbableAuthenticationError
OPENING = exceptions.ProbableAccessDeniedError
CHANNEL = exceptions.ChannelClosedByBroker


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (hidden(LOGIN, 403, "ACCESS_REFUSED - Login was refused"), "check user and password"),
        (exceptions.AuthenticationError("EXTERNAL"), "auth_mechanisms"),
        (hidden(OPENING, 530, "NOT_ALLOWED - vhost v not found"), "add_vhost"),
        (hidden(OPENING, 530, "NOT_ALLOWED - access to vhost 'v' refused for user 'u'"), "rights"),
        (CHANNEL(403, "ACCESS_REFUSED - access to queue 'events' refused"), "set_permissions"),
        (CHANNEL(404, "NOT_FOUND - no queue 'events' in vhost '/'"), "--passive"),
        (CHANNEL(405, "RESOURCE_LOCKED - cannot obtain exclusive access"), "exclusive"),
        (CHANNEL(406, "PRECONDITION_FAILED - inequivalent arg for queue 'events'"), "policy"),
        (CHANNEL(406, "PRECONDITION_FAILED - inequivalent arg for exchange 'm'"), "--exchange"),
        (exceptions.ConnectionClosedByBroker(503, "COMMAND_INVALID"), "wrong"),
        (failed(workflow.AMQPConnectorTransportSetupError(certificate_error())), "(CA)"),
        (failed(tls_error("WRONG_VERSION_NUMBER")), "TLS port"),
        (exceptions.StreamLostError("x", tls_error("TLSV1_ALERT_UNKNOWN_CA")), "certificate"),
    ],
)
def test_a_refusal_is_told_with_the_broker_and_what_to_do(error: Exception, advice: str) -> None:
    found = misconfigured(error, SHOWN, TOPOLOGY)

    assert str(found).startswith(f"{SHOWN}: ")
    assert advice in str(found)


@pytest.mark.parametrize(
    "error",
    [
        LOGIN(repr(exceptions.StreamLostError("Transport indicated EOF"))),
        OPENING(repr(exceptions.StreamLostError("Transport indicated EOF"))),
        hidden(OPENING, 530, "NOT_ALLOWED - access refused: connection limit (1) is reached"),
        CHANNEL(404, "NOT_FOUND - home node 'a@b' of queue 'q' is down or inaccessible"),
        exceptions.ConnectionClosedByBroker(320, "CONNECTION_FORCED - broker forced"),
        exceptions.ConnectionClosedByBroker(541, "INTERNAL_ERROR"),
        exceptions.AMQPHeartbeatTimeout("No activity"),
        exceptions.IncompatibleProtocolError("StreamLostError"),
        failed(ConnectionRefusedError(111, "Connection refused")),
        failed(tls_error("UNEXPECTED_EOF_WHILE_READING")),
        TimeoutError("no answer"),
    ],
)
def test_what_may_pass_is_an_outage(error: Exception) -> None:
    assert misconfigured(error, SHOWN, TOPOLOGY) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (hidden(LOGIN, 403, "ACCESS_REFUSED - no"), "403 ACCESS_REFUSED - no"),
        (CHANNEL(404, "NOT_FOUND - no queue 'q'"), "404 NOT_FOUND - no queue 'q'"),
        (failed(ConnectionRefusedError(111, "refused")), "[Errno 111] refused"),
        (exceptions.AMQPHeartbeatTimeout("No activity"), "AMQPHeartbeatTimeout: No activity"),
        (ValueError("at amqp://a:hidden@h/"), "ValueError: at amqp://a:***@h/"),
        (OPENING("StreamLostError: EOF"), "StreamLostError: EOF"),
        (TimeoutError(), "TimeoutError()"),
    ],
)
def test_what_happened_is_one_line_about_the_cause(error: Exception, expected: str) -> None:
    assert expected == describe(error)
