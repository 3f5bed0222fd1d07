"""`mqworker cloudtrail`: from AWS CloudTrail to the exchange."""

from __future__ import annotations

import os
from importlib import import_module

import click

from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.status import finish
from mqworker.config.broker import BrokerOptions
from mqworker.config.cloudtrail import CloudtrailOptions
from mqworker.config.operation import OperationOptions
from mqworker.config.sight import SightOptions
from mqworker.core.errors import Misconfigured
from mqworker.notification import service_manager
from mqworker.oversight import Oversight
from mqworker.supervisor import Orphaned, Supervisor


@click.command()
@configured(
    CloudtrailOptions,
    BrokerOptions,
    SightOptions,
    OperationOptions,
    services={"broker"},
    more=("retry_min", "retry_max", "brake_ratio", "brake_sample", "brake_pause"),
    daemon=True,
)
@json_option("Log as JSON: short for --log-format json.")
def cloudtrail(configuration: Configuration, *, as_json: bool) -> int:  # noqa: ARG001 - read by `configured`
    """Publish what AWS CloudTrail logs, until told to stop.

    The SQS queue tells of log files in S3. Each of their records becomes an event on the first
    exchange, as if a shipper had sent it; `mqworker run` does the rest. A message of SQS is deleted
    when the broker has confirmed all of its events. docs/cloudtrail.rst has the whole of it.

    SIGTERM and SIGINT: finish the message in hand, and end; a second one: end at once. SIGHUP: read
    the configuration again. Needs the extra: pip install 'mqworker[cloudtrail]'.
    """
    require_boto3()
    from mqworker.wiring.cloudtrail import DAILY, NAME, run_cloudtrail  # noqa: PLC0415 - needs boto3
    from mqworker.wiring.metrics import aide_of  # noqa: PLC0415 - not for flags alone

    def work(orphaned: Orphaned, number: int | None = None) -> int:
        return run_cloudtrail(configuration.settings, configuration.reload, orphaned, number)

    size = configuration.settings.processes
    if size == 1:
        return work(lambda: False)
    supervisor = Supervisor(
        size,
        lambda orphaned: finish(lambda: work(orphaned, supervisor.number)),
        oversight=Oversight(service_manager(os.environ), size, daily=DAILY),
        aide=aide_of(configuration.settings, NAME),
    )
    return supervisor.run()


def require_boto3() -> None:
    """Find out whether boto3 is there.

    Raises:
        Misconfigured: it is not.
    """
    try:
        import_module("boto3")
    except ImportError as error:
        raise Misconfigured(f"{error}: pip install 'mqworker[cloudtrail]'") from error
