"""Publish an authentication event with pika, and return only when the broker has it.

Usage: python publish_with_pika.py [amqp://USER:PASSWORD@HOST:5672/]
"""

import json
import os
import socket
import sys
import uuid
from datetime import UTC, datetime

import pika

EXCHANGE = ROUTING_KEY = "eventtask"


def login(username: str, address: str, *, success: bool) -> dict[str, object]:
    """Describe a login: who, from where, and how it ended."""
    return {
        "timestamp": datetime.now(UTC).isoformat(),
        "hostname": socket.getfqdn(),
        "processname": sys.argv[0],
        "processid": os.getpid(),
        "severity": "INFO" if success else "WARNING",
        "category": "authentication",
        "summary": f"{username} {'logged in' if success else 'failed to log in'}",
        "tags": ["shop"],
        "details": {"username": username, "sourceipaddress": address, "success": success},
    }


def publish(channel: pika.adapters.blocking_connection.BlockingChannel, event: object) -> None:
    """Publish one event.

    Raises:
        pika.exceptions.UnroutableError: no queue is bound to the exchange.
        pika.exceptions.NackError: the broker could not keep it.
        pika.exceptions.AMQPError: the connection was lost: publish the same again.
    """
    properties = pika.BasicProperties(
        content_type="application/json",
        delivery_mode=pika.DeliveryMode.Persistent.value,
        # The event's identity: published twice under one, it is stored once.
        message_id=str(uuid.uuid4()),
    )
    # With confirmations on, this waits for the broker's answer; mandatory: "no queue" is an answer.
    channel.basic_publish(EXCHANGE, ROUTING_KEY, json.dumps(event), properties, mandatory=True)


def main() -> None:
    """Publish two events."""
    url = sys.argv[1] if len(sys.argv) > 1 else "amqp://guest:guest@localhost:5672/%2F"
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        publish(channel, login("joe", "192.0.2.17", success=False))
        publish(channel, login("joe", "192.0.2.17", success=True))


if __name__ == "__main__":
    main()
