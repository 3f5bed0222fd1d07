"""Options of `mqworker check`."""

from __future__ import annotations

from dataclasses import dataclass

from mqworker.config.kinds import url
from mqworker.config.option import optional


@dataclass(frozen=True)
class CheckOptions:
    """The check."""

    management_url: str | None = optional(
        url("https://mq.example.org:15671", "http", "https"),
        "RabbitMQ's management API, for mqworker check: it tells of bindings, policies and alarms, "
        "which AMQP does not. Without a user in the URL it is the broker's.",
    )
