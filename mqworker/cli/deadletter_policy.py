"""`mqworker deadletter policy`: how to limit the dead-letter queue of RabbitMQ."""

from __future__ import annotations

import re
import shlex

import click

from mqworker.cli.display import echo_json, to_json
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.config.broker import BrokerOptions
from mqworker.wiring.broker import rabbitmq_options
from mqworker.wiring.dead_letters import dead_queue_of

PRIORITY = 10
"""Above a policy without one, which `queue(\\.dead)?` of docs/brokers.rst may have caught it by."""


@click.command()
@configured(BrokerOptions, services=(), more=("dead_limit",))
@json_option("Print a JSON object: the policy's parts.")
def policy(configuration: Configuration, *, as_json: bool) -> None:
    """Print the command that limits the dead-letter queue of RabbitMQ. Connects to nothing.

    When the queue is full it refuses: the worker keeps what it holds, takes no more once that is
    as much as --prefetch, and nothing is dropped. Its default, to drop the oldest, loses letters.
    """
    settings = configuration.settings
    vhost = rabbitmq_options(settings).targets[0].vhost
    name = f"mqworker-{settings.first_queue}-dead"
    pattern = f"^{re.escape(dead_queue_of(settings))}$"
    definition = {"max-length": settings.dead_limit, "overflow": "reject-publish"}
    if as_json:
        echo_json(
            {
                "vhost": vhost,
                "name": name,
                "pattern": pattern,
                "definition": definition,
                "apply-to": "queues",
                "priority": PRIORITY,
            }
        )
        return
    where = ["rabbitmqctl", "set_policy", "-p", vhost, "--priority", str(PRIORITY)]
    what = ["--apply-to", "queues", name, pattern, to_json(definition)]
    click.echo(shlex.join([*where, *what]))
