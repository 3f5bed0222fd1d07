"""Settings -> a whole `mqworker cloudtrail`."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial

from mqworker import __version__
from mqworker.cloudtrail.aws import CALL_LIMIT_S, AwsOptions, open_clients
from mqworker.cloudtrail.collecting import Collecting
from mqworker.cloudtrail.daemon import run
from mqworker.cloudtrail.patience import Patience
from mqworker.cloudtrail.posting import Posting
from mqworker.cloudtrail.queue import NotificationQueue
from mqworker.config.settings import Settings
from mqworker.core.backoff import Backoff
from mqworker.core.brake import Brake, BrakePolicy
from mqworker.core.cloudtrail.letters import Post
from mqworker.core.deadletter import Grave
from mqworker.core.errors import Misconfigured
from mqworker.core.liveness import patience_s
from mqworker.core.sight.state import State
from mqworker.daemon import Signals, wait_for
from mqworker.notification import service_manager
from mqworker.ports import Publisher
from mqworker.service import Service
from mqworker.telemetry import Tally
from mqworker.wiring.broker import open_dead_letters, open_publisher, reach_by, warn
from mqworker.wiring.metrics import serve
from mqworker.wiring.view import View, braking, seen
from mqworker.wiring.worker import try_out

PAUSE_S = 2.0

DAILY = ("received", "published")
"""The rates that are always told."""


NAME = "cloudtrail"
"""What its directory of sockets is named after."""


class CloudtrailView(View):
    """Finds out what such a process is at."""

    program = "cloudtrail"
    collecting: Collecting | None = None

    def state(self) -> State:
        """Return what the process is at."""
        about, collecting = super().state(), self.collecting
        if collecting is None:
            return about
        return replace(
            about,
            queues=(collecting.queue.name,),
            in_flight=len(collecting.queue.held),
            consuming=collecting.reached,
            brake=braking(collecting.brake),
        )


def run_cloudtrail(
    settings: Settings,
    reread: Callable[[], Settings],
    orphaned: Callable[[], bool],
    number: int | None = None,
) -> int:
    """Be a process that reads CloudTrail, from the first check to the last deletion.

    Args:
        settings: the configuration.
        reread: reads it again, at a reload.
        orphaned: tells whether the supervisor is gone.
        number: its place under the supervisor; None when there is none.

    Returns:
        The exit status.

    Raises:
        Misconfigured: it can't work so.
    """
    signals, tally = Signals(orphaned), Tally()
    signals.install()
    patience = patience_s(CALL_LIMIT_S, settings.retry_max)
    service = Service(service_manager(os.environ), patience, tally=tally, daily=DAILY)
    view = CloudtrailView(number, (), service)
    if number is None:
        serve(settings, lambda: [view.state()], 1, None)
    with seen(settings, NAME, view):
        return collect(settings, reread, signals, view)


def collect(
    settings: Settings, reread: Callable[[], Settings], signals: Signals, view: CloudtrailView
) -> int:
    """Work until told to stop; return the exit status. See `run_cloudtrail`."""
    service = view.service
    clients = open_clients(aws_options(settings))
    queue = NotificationQueue(clients.sqs, queue_url(settings), settings.visibility)
    wait_for("queue", queue.verify, signals, PAUSE_S, service)
    warn(settings)
    with (
        closing(open_publisher(settings)) as events,
        closing(open_dead_letters(settings)) as dead_letters,
    ):
        try_out(events)
        try_out(dead_letters)
        collecting = assemble(settings, queue, clients.s3, (events, dead_letters), signals, service)
        view.collecting = collecting
        return run(collecting, signals, lambda: adopt(collecting, reread()), service)


def assemble(
    settings: Settings,
    queue: NotificationQueue,
    s3: object,
    publishers: tuple[Publisher, Publisher],
    signals: Signals,
    service: Service,
) -> Collecting:
    """Return the parts, put together."""
    tally = service.tally
    backoff = Backoff(settings.retry_min, settings.retry_max)
    retried = partial(tally.add, "retried")
    patience = Patience(signals, backoff, settings.drain, queue.tend, retried, pulse=service.pulse)
    return Collecting(
        queue=queue,
        s3=s3,
        events=Posting(publishers[0], patience, partial(tally.add, "published")),
        dead_letters=Posting(publishers[1], patience, partial(tally.add, "dead_lettered")),
        patience=patience,
        tally=tally,
        post=Post(
            settings.exchange[0], settings.first_queue, (queue.name,), f"mqworker/{__version__}"
        ),
        grave=Grave(settings.first_queue),
        brake=Brake(brake_policy(settings)),
        max_object=settings.max_object,
        reach=reach_by(publishers[0]),
    )


def adopt(collecting: Collecting, settings: Settings) -> None:
    """Take of a new configuration what needs no restart: how long, how often, how large."""
    collecting.max_object = settings.max_object
    collecting.queue.visibility_s = settings.visibility
    collecting.patience.backoff = Backoff(settings.retry_min, settings.retry_max)
    collecting.patience.drain_s = settings.drain
    collecting.brake.policy = brake_policy(settings)


def brake_policy(settings: Settings) -> BrakePolicy:
    """Return when to stop taking messages."""
    return BrakePolicy(settings.brake_ratio, settings.brake_sample, settings.brake_pause)


def queue_url(settings: Settings) -> str:
    """Return the URL of the SQS queue.

    Raises:
        Misconfigured: none was given.
    """
    if settings.queue_url is None:
        raise Misconfigured(
            "queue_url is missing: the SQS queue that CloudTrail's notifications go to"
        )
    return settings.queue_url


def aws_options(settings: Settings) -> AwsOptions:
    """Return how to reach AWS."""
    return AwsOptions(
        queue_url=queue_url(settings),
        region=settings.aws_region,
        endpoint=settings.endpoint_url,
        role_arn=settings.role_arn,
    )
