"""Publish an authentication event with kombu, and return only when the broker has it.

Usage: python publish_with_kombu.py [amqp://USER:PASSWORD@HOST:5672/]
"""

import os
import socket
import sys
import uuid
from datetime import UTC, datetime

import kombu

# Declared as mqworker declares them: durable, and no arguments.
EXCHANGE = kombu.Exchange("eventtask", type="direct", durable=True)
QUEUE = kombu.Queue("eventtask", EXCHANGE, routing_key="eventtask", durable=True)


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


def publish(producer: kombu.Producer, event: dict[str, object]) -> None:
    """Publish one event.

    Raises:
        kombu.exceptions.OperationalError: the broker was out of reach for too long.
        amqp.exceptions.MessageNacked: the broker could not keep it.
    """
    producer.publish(
        event,
        serializer="json",
        delivery_mode="persistent",
        # The event's identity: kombu may publish it again after a lost connection, and it is
        # stored once all the same.
        message_id=str(uuid.uuid4()),
        declare=[QUEUE],
        retry=True,
        retry_policy={"max_retries": 5, "interval_start": 0, "interval_step": 1},
        confirm_timeout=30,
    )


def main() -> None:
    """Publish two events."""
    url = sys.argv[1] if len(sys.argv) > 1 else "amqp://guest:guest@localhost:5672/%2F"
    # Without confirm_publish, RabbitMQ does not say whether it has the message.
    with kombu.Connection(url, transport_options={"confirm_publish": True}) as connection:
        producer = kombu.Producer(connection, EXCHANGE, routing_key=QUEUE.routing_key)
        publish(producer, login("joe", "192.0.2.17", success=False))
        publish(producer, login("joe", "192.0.2.17", success=True))


if __name__ == "__main__":
    main()
