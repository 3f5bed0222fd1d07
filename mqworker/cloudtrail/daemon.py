"""The life of `mqworker cloudtrail`: what is asked by signals, and leaving in good order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from mqworker.cloudtrail.aws import Answered
from mqworker.cloudtrail.collecting import Collecting
from mqworker.cloudtrail.patience import SLICE_S, Abandoned
from mqworker.cloudtrail.queue import MOST_AT_ONCE
from mqworker.core.errors import MqworkerError, Unavailable
from mqworker.daemon import DONE, UNSETTLED, Reporter, Signals
from mqworker.service import Service

log = logging.getLogger(__name__)

LOOKS = 2
"""How often a second thread looks, in the time between two of the service's looks."""

Renew = Callable[[], None]
"""Reads the configuration again and takes of it what can be taken; raises MqworkerError."""


def run(
    collecting: Collecting, signals: Signals, renew: Renew, service: Service | None = None
) -> int:
    """Work until told to stop; return the exit status.

    Args:
        collecting: ready for its first message.
        signals: what the operator asks.
        renew: called at a reload.
        service: told how it gets on.
    """
    service = service or Service()
    with watched(collecting, service):
        return work(collecting, signals, renew, service)


@contextmanager
def watched(collecting: Collecting, service: Service) -> Iterator[None]:
    """Look after it from a thread of its own: calls block for longer than pings may wait."""
    ended = Event()

    def look() -> None:
        while not ended.wait(service.look_s / LOOKS):
            service.tend(len(collecting.queue.held), consuming=collecting.reached)

    thread = Thread(target=look, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def work(collecting: Collecting, signals: Signals, renew: Renew, service: Service) -> int:
    """Take turns until told to stop; return the exit status."""
    reporter = Reporter(collecting.tally)
    status = DONE
    try:
        while not signals.stopping:
            with service.pulse.errand("turn"):
                turn(collecting)
            reporter.report()
            if signals.reload:
                signals.reload = False
                service.reloading()
                service.reloaded(reload(renew))
    except Abandoned:
        status = UNSETTLED
        log.warning("left a message unfinished; SQS delivers it again")
    finally:
        service.stopping(len(collecting.queue.held))
        leave(collecting)
        reporter.conclude()
    return status


def turn(collecting: Collecting) -> None:
    """Take messages, or finish one of those that are held."""
    if not collecting.reached:
        collecting.reached = reached(collecting)
    queue, patience = collecting.queue, collecting.patience
    if queue.held:
        patience.check()
        judge(collecting, collecting.collect(queue.held[0]))
        return
    allowed = collecting.brake.allowance(MOST_AT_ONCE, collecting.monotonic())
    if allowed:
        taken = patience.until_done("SQS", lambda: receive(collecting, allowed))
        collecting.tally.add("received", taken)
    else:
        patience.wait(SLICE_S)


def reached(collecting: Collecting) -> bool:
    """Reach the broker; tell whether it is there. Whatever is published waits for it by itself."""
    try:
        collecting.reach()
    except MqworkerError as error:
        log.debug("the broker is away: %s", error)
        return False
    return True


def judge(collecting: Collecting, good: bool) -> None:
    """Tell the brake how a message turned out."""
    brake, now = collecting.brake, collecting.monotonic()
    if brake.observe("prepare", int(good), int(not good), now):
        collecting.tally.add("braked")
        leave(collecting)
        log.error(
            "most messages lead to dead letters: none is taken for %.0f s", brake.policy.pause_s
        )
    if good:
        brake.observe("write", 1, 0, now)


def receive(collecting: Collecting, limit: int) -> int:
    """Take messages; return how many.

    Raises:
        Unavailable: there was no answer, or a refusal: that was none when it started.
    """
    try:
        taken = collecting.queue.receive(limit)
    except Answered as error:
        raise Unavailable(str(error)) from error
    again = sum(message.times > 1 for message in taken)
    collecting.tally.add("redelivered", again)
    return len(taken)


def leave(collecting: Collecting) -> None:
    """Put back what is held, for others to have at once."""
    queue = collecting.queue
    if queue.held:
        queue.put_back(list(queue.held))


def reload(renew: Renew) -> str:
    """Take the new configuration if it is good; log what came of it, and return it for people."""
    try:
        renew()
    except MqworkerError as error:
        log.error("reload refused, the old configuration stays: %s", error)  # noqa: TRY400 - for the operator, not a defect
        return f"reload refused, the old configuration stays: {error}"
    log.info("reloaded configuration")
    return "reloaded configuration"
