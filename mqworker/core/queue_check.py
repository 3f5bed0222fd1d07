"""What a queue's properties and policy do to its messages: what would lose some, and what mends it.

Of RabbitMQ's management API (`GET /api/queues/VHOST/NAME`): https://www.rabbitmq.com/docs/queues,
…/ttl, …/maxlength, …/quorum-queues, …/consumers (acknowledgement timeout).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any, NamedTuple

from mqworker.core.finding import Finding, Verdict

SHORT_TIMEOUT_MS = 600_000
"""A consumer that holds a message for this long is an outage of the sink, no defect."""

FIRST_WITH_DEFAULT_LIMIT = 4
DEFAULT_LIMIT = 20
"""Quorum queues of RabbitMQ 4 drop a message that was delivered so often, where nothing is set."""

BOUND = '{"max-length": 100000, "overflow": "reject-publish"}'


class Effect(NamedTuple):
    """What a setting does: how bad that is, in words, and whether it loses messages."""

    key: str
    verdict: Verdict
    told: str
    loses: bool


def judge_queue(queue: Mapping[str, Any], vhost: str, major: int, *, dead: bool) -> list[Finding]:
    """Judge a queue by what the management API tells of it.

    Args:
        queue: the API's answer.
        vhost: its virtual host, for the commands.
        major: the broker's major version.
        dead: whether it is the dead-letter queue.
    """
    subject = f"queue {queue['name']}"
    effects = [*by_nature(queue), *by_settings(settings_of(queue), queue, major)]
    found = [
        Finding(
            "broker", subject, effect.verdict, effect.told, cure(effect, queue, vhost), effect.loses
        )
        for effect in effects
    ]
    if dead and not {"max-length", "max-length-bytes"} & set(settings_of(queue)):
        found.append(
            Finding("broker", subject, "doubtful", "nothing bounds it", bound(queue, vhost))
        )
    policy = queue.get("policy") or "none"
    told = f"{queue.get('type', 'classic')}, policy {policy}, {queue.get('messages', 0)} messages"
    return found or [Finding("broker", subject, "good", told)]


def settings_of(queue: Mapping[str, Any]) -> dict[str, Any]:
    """Return what applies to a queue by its policies and its arguments, which go before."""
    arguments = queue.get("arguments") or {}
    own = {name.removeprefix("x-"): value for name, value in arguments.items()}
    return dict(queue.get("effective_policy_definition") or {}) | own


def by_nature(queue: Mapping[str, Any]) -> Iterator[Effect]:
    """Judge what a queue was declared as."""
    if not queue.get("durable", True):
        yield Effect("durable", "bad", "is not durable: gone after a restart of the broker", True)
    if queue.get("auto_delete"):
        yield Effect("auto_delete", "bad", "is deleted when its last consumer leaves", True)
    if queue.get("exclusive"):
        yield Effect("exclusive", "bad", "belongs to one connection, and ends with it", True)


def by_settings(
    settings: Mapping[str, Any], queue: Mapping[str, Any], major: int
) -> Iterator[Effect]:
    """Judge what applies to its messages."""
    elsewhere = "dead-letter-exchange" in settings
    if "message-ttl" in settings:
        told = f"messages expire after {settings['message-ttl']} ms"
        yield expelled("message-ttl", told, elsewhere=elsewhere)
    if "expires" in settings:
        told = f"is deleted when nobody has consumed it for {settings['expires']} ms"
        yield Effect("expires", "bad", told, True)
    for key in ("max-length", "max-length-bytes"):
        if key in settings and not str(settings.get("overflow", "drop-head")).startswith("reject"):
            told = f"beyond {key} {settings[key]} it drops its oldest messages"
            yield expelled(key, told, elsewhere=elsewhere)
    if queue.get("type") == "quorum":
        yield from by_delivery_limit(settings, major, elsewhere=elsewhere)
    timeout = settings.get("consumer-timeout")
    if isinstance(timeout, int) and timeout < SHORT_TIMEOUT_MS:
        told = f"takes messages away from a worker that holds them for {timeout} ms (outages last)"
        yield Effect("consumer-timeout", "doubtful", told, False)


def by_delivery_limit(
    settings: Mapping[str, Any], major: int, *, elsewhere: bool
) -> Iterator[Effect]:
    """Judge how often a quorum queue delivers a message before it gives it up."""
    default = DEFAULT_LIMIT if major >= FIRST_WITH_DEFAULT_LIMIT else -1
    limit = settings.get("delivery-limit", default)
    if limit >= 0:
        told = f"gives up a message that was delivered {limit} times, as restarts of workers do"
        yield expelled("delivery-limit", told, elsewhere=elsewhere)


def expelled(key: str, told: str, *, elsewhere: bool) -> Effect:
    """Return what becomes of messages that a queue gives up: lost, or sent to another queue."""
    if elsewhere:
        return Effect(key, "doubtful", f"{told}; they go to its dead-letter exchange", False)
    return Effect(key, "bad", told, True)


def cure(effect: Effect, queue: Mapping[str, Any], vhost: str) -> str:
    """Return what mends a setting, which depends on where it comes from."""
    where, name = quote(vhost), quote(queue["name"])
    if effect.key == "delivery-limit":
        definition = quote('{"delivery-limit": -1}')
        return f"rabbitmqctl set_policy -p {where} {name} {pattern(queue)} {definition}"
    if effect.key in (queue.get("effective_policy_definition") or {}):
        policy = queue.get("policy") or queue.get("operator_policy") or ""
        return (
            f"rabbitmqctl clear_policy -p {where} {quote(policy)}, or take {effect.key} out of it"
        )
    return (
        f"when it is empty: rabbitmqctl delete_queue -p {where} {name}, then start the worker, "
        "which declares it durable and without arguments"
    )


def bound(queue: Mapping[str, Any], vhost: str) -> str:
    """Return the command that bounds the dead letters: when they are full, the worker waits."""
    name = quote(queue["name"])
    return f"rabbitmqctl set_policy -p {quote(vhost)} {name} {pattern(queue)} {quote(BOUND)}"


def pattern(queue: Mapping[str, Any]) -> str:
    """Return the pattern by which a policy finds this queue alone."""
    return quote(f"^{queue['name'].replace('.', chr(92) + '.')}$") + " --apply-to queues"
