"""Settings -> a whole worker process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from mqworker.config.rulesfile import load_rules
from mqworker.config.settings import Settings
from mqworker.core.deadletter import Grave
from mqworker.core.errors import BrokerUnavailable
from mqworker.daemon import Signals, recalled, run, verified
from mqworker.ports import Publisher
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.telemetry import Tally
from mqworker.wiring.broker import open_dead_letters, open_source, warn
from mqworker.wiring.memory import open_memory
from mqworker.wiring.policy import build_pace, build_policy
from mqworker.wiring.sink import open_sink
from mqworker.worker import Parts, Worker


def run_worker(
    settings: Settings, reread: Callable[[], Settings], orphaned: Callable[[], bool]
) -> int:
    """Be a worker process, from the first check to the last acknowledgement.

    Args:
        settings: the configuration.
        reread: reads it again, at a reload.
        orphaned: tells whether the supervisor is gone.

    Returns:
        The exit status.

    Raises:
        Misconfigured: it can't work so.
    """
    signals = Signals(orphaned)
    signals.install()
    policy, rules = build_policy(settings), load_rules(settings.rules)
    warn(settings)
    sink = open_sink(settings)
    verified(sink, signals)
    dead_letters = open_dead_letters(settings)
    try_out(dead_letters)
    parts = Parts(
        open_source(settings),
        sink,
        dead_letters,
        Grave(settings.queue),
        open_memory(settings, rules),
        rules,
    )
    worker = Worker(parts, policy, build_pace(settings), Tally())
    recalled(worker, signals)
    return run(worker, signals, lambda: build_policy(reread()))


def try_out(dead_letters: Publisher) -> None:
    """Find out at the start whether dead letters have somewhere to go.

    Raises:
        Misconfigured: they have not.
    """
    if isinstance(dead_letters, RabbitmqPublisher):
        with suppress(BrokerUnavailable):
            dead_letters.connect()
