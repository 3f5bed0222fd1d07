"""examples/mqworker.toml, from the declarations of the options.

Run `python -m mqworker.config.example > examples/mqworker.toml` after an option changed.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from mqworker.config.manual import title_of
from mqworker.config.option import Option, options_of
from mqworker.config.settings import SECTIONS

HEAD = """\
# The configuration of mqworker: every option, commented out, with its default.
# Put it to /etc/mqworker/mqworker.toml, or name it with --config or MQWORKER_CONFIG.
# `mqworker run --help` and docs/configuration.rst tell the rest; `mqworker config` checks it.
"""

SAMPLES: dict[str, object] = {
    "broker_ca_file": "/etc/mqworker/broker-ca.pem",
    "broker_cert_file": "/etc/mqworker/broker-client.pem",
    "broker_key_file": "/etc/mqworker/broker-client.key",
    "broker_username": "mqworker",
    "broker_password_file": "/etc/mqworker/broker-password",
    "sink_ca_file": "/etc/mqworker/sink-ca.pem",
    "sink_cert_file": "/etc/mqworker/sink-client.pem",
    "sink_key_file": "/etc/mqworker/sink-client.key",
    "sink_username": "mqworker",
    "sink_password_file": "/etc/mqworker/sink-password",
    "sink_api_key_file": "/etc/mqworker/sink-api-key",
    "ilm_policy": "old-events",
    "schemas": ["/etc/mqworker/schemas"],
    "rules": "/etc/mqworker/correlation.toml",
    "memory": "sqlite:////var/lib/mqworker/memory.db",
    "memory_password_file": "/etc/mqworker/memory-password",
    "memory_ca_file": "/etc/mqworker/memory-ca.pem",
    "memory_cert_file": "/etc/mqworker/memory-client.pem",
    "memory_key_file": "/etc/mqworker/memory-client.key",
    "intake_cert_file": "/etc/mqworker/intake.pem",
    "intake_key_file": "/etc/mqworker/intake.key",
    "intake_client_ca_file": "/etc/mqworker/clients-ca.pem",
    "intake_tokens_file": "/etc/mqworker/intake-tokens",
    "intake_users_file": "/etc/mqworker/intake-users",
    "console_token_file": "/etc/mqworker/console-token",
    "console_origin": "https://console.example.org",
    "allow": ["/nxlog=192.0.2.0/24", "/nxlog=2001:db8::/32"],
    "privacy": "/etc/mqworker/privacy.toml",
    "privacy_key_file": "/etc/mqworker/privacy-key",
    "management_url": "https://mq.example.org:15671",
    "socket_directory": "/run/mqworker/eventtask",
    "traces": True,
    "metrics_listen": "127.0.0.1:9464",
    "hostname": "collector-1.example.com",
    "queue_url": "https://sqs.eu-central-1.amazonaws.com/123456789012/cloudtrail",
    "aws_region": "eu-central-1",
    "endpoint_url": "http://127.0.0.1:5000",
    "role_arn": "arn:aws:iam::123456789012:role/mqworker",
}
"""What is shown for options whose default is no value."""


def lines() -> Iterator[str]:
    """Give the example, piece by piece."""
    yield HEAD
    for section in SECTIONS:
        yield f"\n# --- {title_of(section)} ---\n"
        for option in options_of(section):
            yield entry(option)


def entry(option: Option) -> str:
    """Return one option, commented out, with what it does."""
    said = option.doc if option.usual is None else f"{option.doc} Default: {option.usual}."
    doc = textwrap.fill(said, 98, initial_indent="# ", subsequent_indent="# ")
    sample = SAMPLES.get(option.name)
    choices = f"  # {', '.join(option.kind.choices)}" if option.kind.choices else ""
    shown = option.default_in_toml if sample is None else sample
    return f"{doc}\n#{option.name} = {literal(shown)}{choices}\n"


def literal(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()))
