"""`mqworker run`: the worker, or several under a supervisor."""

from __future__ import annotations

import os

import click

from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.status import finish
from mqworker.config.settings import WORKER
from mqworker.notification import service_manager
from mqworker.oversight import Oversight
from mqworker.supervisor import Orphaned, Supervisor


@click.command()
@configured(*WORKER, daemon=True)
@json_option("Log as JSON: short for --log-format json.")
def run(configuration: Configuration, *, as_json: bool) -> int:  # noqa: ARG001 - read by `configured`
    """Move messages from the broker to the sink until told to stop.

    SIGTERM and SIGINT: finish what is in flight, acknowledge it, and end; a second one: end at
    once. SIGHUP: read the configuration and the schemas again.
    """
    from mqworker.wiring.metrics import aide_of  # noqa: PLC0415 - not for flags alone
    from mqworker.wiring.worker import run_worker  # noqa: PLC0415 - the same

    def work(orphaned: Orphaned, number: int | None = None) -> int:
        return run_worker(configuration.settings, configuration.reload, orphaned, number)

    size = configuration.settings.processes
    if size == 1:
        return work(lambda: False)
    supervisor = Supervisor(
        size,
        lambda orphaned: finish(lambda: work(orphaned, supervisor.number)),
        oversight=Oversight(service_manager(os.environ), size),
        aide=aide_of(configuration.settings, configuration.settings.first_queue),
    )
    return supervisor.run()
