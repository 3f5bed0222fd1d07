"""Settings -> a whole worker process."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from mqworker.burying import Redact
from mqworker.config.privacyfile import load_privacy
from mqworker.config.rulesfile import load_rules
from mqworker.config.settings import Settings
from mqworker.core.deadletter import Grave
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.liveness import patience_s
from mqworker.core.policy import Policy
from mqworker.core.privacy import Privacy
from mqworker.core.privacy_letter import redacted
from mqworker.daemon import Signals, recalled, run, verified
from mqworker.lanes import Lanes
from mqworker.notification import service_manager
from mqworker.outside import Outside
from mqworker.ports import Publisher
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.pulse import Pulse
from mqworker.service import Service
from mqworker.telemetry import Tally
from mqworker.wiring.broker import open_dead_letters, open_source, warn
from mqworker.wiring.memory import open_memory
from mqworker.wiring.metrics import DeadLetters, serve
from mqworker.wiring.policy import build_pace, build_policy
from mqworker.wiring.sight import WorkerView
from mqworker.wiring.sink import open_sink
from mqworker.wiring.tracing import traced_source
from mqworker.wiring.view import seen
from mqworker.worker import Parts, Worker


def run_worker(
    settings: Settings,
    reread: Callable[[], Settings],
    orphaned: Callable[[], bool],
    number: int | None = None,
) -> int:
    """Be a worker process, from the first check to the last acknowledgement.

    Args:
        settings: the configuration.
        reread: reads it again, at a reload.
        orphaned: tells whether the supervisor is gone.
        number: which of its workers this one is; None when there is no supervisor.

    Returns:
        The exit status.

    Raises:
        Misconfigured: it can't work so.
    """
    signals, tally = Signals(orphaned), Tally()
    signals.install()
    service, outside = watched(settings, tally)
    view = WorkerView(number, settings.queue, service)
    if number is None:
        serve(settings, lambda: [view.state()], 1, DeadLetters(settings))
    with seen(settings, settings.first_queue, view):
        return work(settings, reread, signals, view, outside)


def work(
    settings: Settings,
    reread: Callable[[], Settings],
    signals: Signals,
    view: WorkerView,
    outside: Outside,
) -> int:
    """Work until told to stop; return the exit status. See `run_worker`."""
    service = view.service
    policy, rules = build_policy(settings), load_rules(settings.rules)
    privacy = load_privacy(settings.privacy, settings.privacy_key)
    warn(settings)
    sink = open_sink(settings)
    verified(sink, signals, service=service)
    dead_letters = open_dead_letters(settings)
    try_out(dead_letters)
    parts = Parts(
        traced_source(open_source(settings), settings, os.environ),
        sink,
        dead_letters,
        Grave(settings.first_queue, settings.queue[1:]),
        open_memory(settings, rules),
        rules,
        privacy,
        redaction(settings, privacy, policy),
    )
    worker = Worker(parts, policy, build_pace(settings), service.tally, outside)
    view.begin(worker)
    recalled(worker, signals, service=service)
    return run(worker, signals, lambda: build_policy(reread()), service, view.tend)


def watched(settings: Settings, tally: Tally) -> tuple[Service, Outside]:
    """Return what watches over a worker, and the threads that give it their signs of life."""
    pulse = Pulse()
    notifier = service_manager(os.environ)
    patience = patience_s(settings.sink_timeout, settings.retry_max)
    return Service(notifier, patience, pulse, tally), Outside(lanes=partial(Lanes, pulse=pulse))


def redaction(settings: Settings, privacy: Privacy | None, policy: Policy) -> Redact | None:
    """Return what takes hidden values out of dead letters, None when they stay as they were."""
    if privacy is None or settings.privacy_dead_letters == "original":
        return None
    return partial(redacted, privacy=privacy, policy=policy)


def try_out(dead_letters: Publisher) -> None:
    """Find out at the start whether dead letters have somewhere to go.

    Raises:
        Misconfigured: they have not.
    """
    if isinstance(dead_letters, RabbitmqPublisher):
        with suppress(BrokerUnavailable):
            dead_letters.connect()
