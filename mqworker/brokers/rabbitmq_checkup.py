"""A look at RabbitMQ as the worker will meet it, over AMQP; nothing is changed.

1. What is not there is looked for passively. What is there is declared as the worker will declare
   it: the broker then says "the same" or 406, and changes nothing either way.
2. What AMQP does not tell is told by the management API (`rabbitmq_managed`), or is unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from shlex import quote
from typing import Any

import pika
from pika import exceptions

from mqworker.brokers.rabbitmq import RabbitmqOptions, parameters
from mqworker.brokers.refusals import describe, misconfigured, reply_of
from mqworker.brokers.urls import BrokerUrl
from mqworker.core.errors import Misconfigured
from mqworker.core.finding import Finding

AREA = "broker"
OLDEST = (3, 10)
NOT_FOUND = 404

Request = Callable[[Any], Any]


def check_rabbitmq(options: RabbitmqOptions) -> Iterator[Finding]:
    """Look at each broker, and at exchanges and queues by the first that lets us in."""
    connection = None
    for target in options.targets:
        try:
            opened = pika.BlockingConnection(parameters(options, target, "check"))
        except (exceptions.AMQPError, OSError, Misconfigured) as error:
            yield refused_login(error, options, target)
            continue
        yield judge_version(opened._impl.server_properties, target)  # noqa: SLF001 - no public way exists
        if connection is None:
            connection = opened
        else:
            opened.close()
    if connection is None:
        return
    try:
        yield from check_topology(connection, options)
        connection.close()
    except (exceptions.AMQPError, OSError) as error:
        cure = "look into its log, and check again"
        yield Finding(AREA, "connection", "bad", f"lost: {describe(error)}", cure, passing=True)


def refused_login(error: Exception, options: RabbitmqOptions, target: BrokerUrl) -> Finding:
    """Return what stands between us and a broker."""
    refusal = (
        error
        if isinstance(error, Misconfigured)
        else misconfigured(error, target.shown, options.topology)
    )
    if refusal is None:
        cure = "start it, or name another one with --broker; is a firewall in between?"
        told = f"{target.shown}: {describe(error)}"
        return Finding(AREA, "login", "bad", told, cure, passing=True)
    told, _, cure = str(refusal).rpartition(": ")
    reply = reply_of(error)
    if reply and "ACCESS_REFUSED" in reply.text:
        user = target.user or options.user or "guest"
        cure = f"{cure}: rabbitmqctl change_password {quote(user)}, or broker_password_file"
    return Finding(AREA, "login", "bad", told, cure)


def judge_version(properties: dict[str, Any], target: BrokerUrl) -> Finding:
    """Judge the broker's version."""
    version = str(properties.get("version"))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    told = f"{target.shown}: {properties.get('product', 'RabbitMQ')} {version}"
    if numbers and numbers < OLDEST:
        return Finding(AREA, "login", "bad", told, "upgrade it: 3.10 or newer is needed")
    return Finding(AREA, "login", "good", told)


def check_topology(connection: Any, options: RabbitmqOptions) -> Iterator[Finding]:
    """Look at exchanges, the queue and the dead-letter queue."""
    if not options.passive:
        for exchange in options.exchanges:
            yield check_exchange(connection, exchange, options)
    for queue in queues_of(options):
        yield check_queue(connection, queue, options)


def queues_of(options: RabbitmqOptions) -> dict[str, bool]:
    """Return the queues that the worker needs, and whether each is for dead letters."""
    live = dict.fromkeys(options.topology.queues, False)
    return live | dict.fromkeys(options.dead_letters.queues, True)


def check_exchange(connection: Any, name: str, options: RabbitmqOptions) -> Finding:
    """Look at an exchange."""
    subject = f"exchange {name}"
    error = ask(connection, lambda channel: channel.exchange_declare(name, passive=True))
    if is_missing(error):
        return missing(subject, "publishing to it fails", loses=True)
    error = error or ask(
        connection, lambda channel: channel.exchange_declare(name, "direct", durable=True)
    )
    if error:
        cure = f'rabbitmqctl eval \'rabbit_exchange:delete(rabbit_misc:r(<<"{vhost(options)}">>, '
        cure += f'exchange, <<"{name}">>), false, <<"admin">>).\', or leave it out (--exchange)'
        return foreign(subject, error, cure, options)
    return Finding(AREA, subject, "good", "direct and durable")


def check_queue(connection: Any, name: str, options: RabbitmqOptions) -> Finding:
    """Look at a queue."""
    subject, found = f"queue {name}", list[Any]()
    error = ask(
        connection, lambda channel: found.append(channel.queue_declare(name, passive=True).method)
    )
    if is_missing(error):
        if not options.passive:
            dead = queues_of(options)[name]
            told = "dead letters wait" if dead else "messages for it are dropped"
            return missing(subject, told, loses=not dead)
        cure = (
            f"rabbitmqadmin declare queue name={quote(name)} durable=true, or leave out --passive"
        )
        return Finding(
            AREA, subject, "bad", "is not there, and passive forbids to declare it", cure
        )
    if error is None and not options.passive:
        error = ask(connection, lambda channel: channel.queue_declare(name, durable=True))
    if error:
        where = f"-p {quote(vhost(options))} {quote(name)}"
        cure = f"keep it with --passive; or, when it is empty: rabbitmqctl delete_queue {where}"
        return foreign(subject, error, cure, options)
    counts = f"{found[0].message_count} messages wait, {found[0].consumer_count} consumers"
    return Finding(AREA, subject, "good", counts)


def ask(connection: Any, request: Request) -> Exception | None:
    """Make a request over a channel of its own; return why the broker refused it, if it did."""
    channel = connection.channel()
    try:
        request(channel)
    except exceptions.AMQPChannelError as error:
        refusal: Exception = error
        return refusal
    channel.close()
    return None


def is_missing(error: Exception | None) -> bool:
    """Tell whether the broker has nothing of that name."""
    reply = reply_of(error) if error else None
    return reply is not None and reply.code == NOT_FOUND


def missing(subject: str, means: str, *, loses: bool) -> Finding:
    """Return the finding for what the worker will declare when it starts."""
    told = f"is not there yet: until a worker starts, which declares it, {means}"
    return Finding(AREA, subject, "doubtful", told, "mqworker run", loses)


def foreign(subject: str, error: Exception, cure: str, options: RabbitmqOptions) -> Finding:
    """Return the finding for what is there, but is not as the worker wants it."""
    reply = reply_of(error)
    if reply and reply.text.startswith("ACCESS_REFUSED"):
        user = quote(options.targets[0].user or options.user or "guest")
        cure = f"rabbitmqctl set_permissions -p {quote(vhost(options))} {user} '.*' '.*' '.*'"
    return Finding(AREA, subject, "bad", describe(error), cure)


def vhost(options: RabbitmqOptions) -> str:
    """Return the virtual host."""
    return options.targets[0].vhost
