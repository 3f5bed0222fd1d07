"""A look at RabbitMQ through its management API: bindings, policies, alarms, rights.

Without the API each of these is unseen, with the command that shows it on the broker's host.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from shlex import quote
from typing import Any

from mqworker.brokers.management import Management, NoSuchThing
from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.brokers.rabbitmq_checkup import queues_of
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.core.finding import Finding
from mqworker.core.queue_check import judge_queue

AREA = "broker"
TIMEOUT = "rabbitmqctl eval 'application:get_env(rabbit, consumer_timeout).'"
RIGHTS = ("configure", "write", "read")


def unmanaged(options: RabbitmqOptions) -> Iterator[Finding]:
    """Say what can't be seen over AMQP alone, and how it can be."""
    where = f"-p {quote(options.targets[0].vhost)}"
    commands = {
        "bindings": f"rabbitmqctl list_bindings {where} source_name destination_name routing_key",
        "policy": f"rabbitmqctl list_queues {where} name policy effective_policy_definition",
        "consumer timeout": TIMEOUT,
        "alarms": "rabbitmq-diagnostics check_alarms",
    }
    for subject, command in commands.items():
        told = "can't be seen over AMQP: give --management-url"
        yield Finding(AREA, subject, "unseen", told, f"or on the broker's host: {command}")


def check_managed(management: Management, options: RabbitmqOptions) -> Iterator[Finding]:
    """Look at what AMQP does not tell."""
    try:
        major = int(str(management.get("overview")["rabbitmq_version"]).partition(".")[0])
        yield from check_nodes(management)
        for queue, dead in queues_of(options).items():
            for exchange in () if dead else options.exchanges:
                yield from check_binding(management, exchange, queue, options)
            yield from check_managed_queue(management, queue, major, options, dead=dead)
        yield from check_rights(management, options)
        told = "the broker's own limit is not in the API (30 minutes where nobody has set it)"
        yield Finding(AREA, "consumer timeout", "unseen", told, f"on the broker's host: {TIMEOUT}")
    except Misconfigured as error:
        user = quote(options.targets[0].user or options.user or "guest")
        cure = f"check its password; rabbitmqctl set_user_tags {user} monitoring"
        yield Finding(AREA, "management", "bad", str(error), cure)
    except (BrokerUnavailable, NoSuchThing) as error:
        cure = "rabbitmq-plugins enable rabbitmq_management; its port is 15672"
        yield Finding(AREA, "management", "bad", str(error), cure, passing=True)


def check_nodes(management: Management) -> Iterator[Finding]:
    """Look for alarms: while there is one, nobody can publish."""
    alarms = management.get("health", "checks", "alarms").get("alarms") or []
    for alarm in alarms:
        what, node = alarm.get("resource"), alarm.get("node")
        told = f"{what} alarm at {node}: the broker takes no messages, dead letters neither"
        cure = f"free {what} on its host, or raise its limit (rabbitmq-diagnostics status tells it)"
        yield Finding(AREA, "alarms", "bad", told, cure, passing=True)
    if not alarms:
        yield Finding(AREA, "alarms", "good", "none")
    for node in management.get("nodes"):
        if not node.get("running", True):
            yield Finding(AREA, "nodes", "doubtful", f"{node.get('name')} is down", "start it")


def check_binding(
    management: Management, exchange: str, queue: str, options: RabbitmqOptions
) -> Iterator[Finding]:
    """Look whether an exchange leads to a queue."""
    host = options.targets[0].vhost
    subject = f"binding {exchange}"
    try:
        management.get("exchanges", host, exchange)
        management.get("queues", host, queue)
        bindings = management.get("bindings", host, "e", exchange, "q", queue)
    except NoSuchThing:  # that one of them is missing is told elsewhere
        return
    if any(binding["routing_key"] == queue for binding in bindings):
        yield Finding(AREA, subject, "good", f"leads to {queue}")
        return
    told = f"what is published to {exchange} with the key {queue} is dropped: no binding"
    cure = "start the worker, which binds it"
    if options.passive:
        cure = f"rabbitmqadmin -V {quote(host)} declare binding source={quote(exchange)} "
        cure += f"destination={quote(queue)} routing_key={quote(queue)}"
    yield Finding(AREA, subject, "bad", told, cure, loses=True)


def check_managed_queue(
    management: Management, name: str, major: int, options: RabbitmqOptions, *, dead: bool
) -> Iterator[Finding]:
    """Look at what a queue does to its messages."""
    host = options.targets[0].vhost
    try:
        queue = management.get("queues", host, name)
    except NoSuchThing:
        return
    yield from judge_queue(queue, host, major, dead=dead)


def check_rights(management: Management, options: RabbitmqOptions) -> Iterator[Finding]:
    """Look at the rights of the worker's user, where the API shows them (to administrators)."""
    target = options.targets[0]
    user = target.user or options.user or "guest"
    try:
        rights = management.get("permissions", target.vhost, user)
    except (NoSuchThing, Misconfigured):
        return
    lacking = [
        f"{right} {name}"
        for right, names in wanted(options).items()
        for name in names
        if not matches(str(rights.get(right)))(name)
    ]
    if lacking:
        cure = f"rabbitmqctl set_permissions -p {quote(target.vhost)} {quote(user)} '.*' '.*' '.*'"
        yield Finding(AREA, "rights", "bad", f"{user} may not {', '.join(lacking)}", cure)
    else:
        yield Finding(AREA, "rights", "good", f"{user} may do all that is needed")


def wanted(options: RabbitmqOptions) -> dict[str, list[str]]:
    """Return on what which right is needed (https://www.rabbitmq.com/docs/access-control)."""
    queues = queues_of(options)
    live = [name for name, dead in queues.items() if not dead]
    if options.passive:
        return {"configure": [], "write": ["amq.default"], "read": live}
    return {
        "configure": [*queues, *options.exchanges],
        "write": [*live, "amq.default"],
        "read": [*live, *options.exchanges],
    }


def matches(pattern: str) -> Callable[[str], Any]:
    """Return what tells whether a pattern of a right fits a name; one that is odd fits any."""
    if not pattern:
        return lambda _: False
    try:
        return re.compile(pattern).search
    except re.error:
        return lambda _: True
