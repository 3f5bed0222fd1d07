"""All options as one flat object.

1. A Settings that `mqworker.config.load` returned has been checked; nothing is checked again.
2. A secret shows itself only to who asks for it by name (`Secret.reveal`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mqworker.config.broker import BrokerOptions
from mqworker.config.checking import CheckOptions
from mqworker.config.cloudtrail import CloudtrailOptions
from mqworker.config.console import ConsoleOptions
from mqworker.config.correlation import CorrelationOptions
from mqworker.config.events import EventOptions
from mqworker.config.flow import FlowOptions
from mqworker.config.intake import IntakeOptions
from mqworker.config.operation import OperationOptions
from mqworker.config.option import Option, options_of
from mqworker.config.privacy import PrivacyOptions
from mqworker.config.secret import Secret
from mqworker.config.sight import SightOptions
from mqworker.config.sink import SinkOptions

WORKER: tuple[type[Any], ...] = (
    BrokerOptions,
    SinkOptions,
    FlowOptions,
    EventOptions,
    CorrelationOptions,
    PrivacyOptions,
    SightOptions,
    OperationOptions,
)
"""What `mqworker run` has flags for."""

SECTIONS: tuple[type[Any], ...] = (
    *WORKER,
    CloudtrailOptions,
    IntakeOptions,
    ConsoleOptions,
    CheckOptions,
)

OPTIONS: dict[str, Option] = {
    option.name: option for section in SECTIONS for option in options_of(section)
}


@dataclass(frozen=True)
class Settings(
    BrokerOptions,
    SinkOptions,
    FlowOptions,
    EventOptions,
    CorrelationOptions,
    PrivacyOptions,
    SightOptions,
    OperationOptions,
    CloudtrailOptions,
    IntakeOptions,
    ConsoleOptions,
    CheckOptions,
):
    """The effective configuration. Durations are seconds, sizes bytes.

    The secrets are what the `*_file` options of the same name, or systemd's credentials, hold.
    """

    broker_password: Secret | None = field(default=None, kw_only=True)
    sink_password: Secret | None = field(default=None, kw_only=True)
    sink_api_key: Secret | None = field(default=None, kw_only=True)
    memory_password: Secret | None = field(default=None, kw_only=True)
    privacy_key: Secret | None = field(default=None, kw_only=True)
    intake_tokens: Secret | None = field(default=None, kw_only=True)
    intake_users: Secret | None = field(default=None, kw_only=True)
    console_token: Secret | None = field(default=None, kw_only=True)


SECRETS = (
    *("broker_password", "sink_password", "sink_api_key", "memory_password", "privacy_key"),
    *("intake_tokens", "intake_users", "console_token"),
)
