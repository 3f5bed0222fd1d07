"""`mqworker intake`: events over HTTP, confirmed into the broker."""

from __future__ import annotations

import click

from mqworker.cli.options import Configuration, configured, json_option
from mqworker.config.broker import BrokerOptions
from mqworker.config.intake import IntakeOptions
from mqworker.core.errors import Misconfigured
from mqworker.wiring.sockets import bind

MORE = ("max_body", "max_depth", "max_keys", "drain", "log_level", "log_format", "traces")

EXTRA = {"uvicorn", "httptools", "opentelemetry", "google"}
"""What the extra `intake` installs."""


@click.command()
@configured(BrokerOptions, IntakeOptions, services={"broker", "intake"}, more=MORE, daemon=True)
@json_option("Log as JSON: short for --log-format json.")
def intake(configuration: Configuration, *, as_json: bool) -> int:  # noqa: ARG001 - read by `configured`
    """Take events over HTTP and publish them to the broker, until told to stop.

    A request is answered with success when the broker has confirmed its events. docs/intake.rst
    tells the routes, and what each shipper is answered.

    SIGTERM and SIGINT: finish the requests in hand, and end; a second one: end at once. SIGHUP:
    read certificates, tokens, users and networks again.
    """
    try:
        from mqworker.wiring.intake import run_intake  # noqa: PLC0415 - may not be installed
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        raise Misconfigured(
            f"the intake needs the package {error.name}: pip install 'mqworker[intake]'"
        ) from error
    settings = configuration.settings
    return run_intake(settings, configuration.reload, bind(settings.listen))
