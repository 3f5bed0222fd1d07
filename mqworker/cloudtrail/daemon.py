"""The life of `mqworker cloudtrail`: what is asked by signals, and leaving in good order."""

from __future__ import annotations

import logging
from collections.abc import Callable

from mqworker.cloudtrail.aws import Answered
from mqworker.cloudtrail.collecting import Collecting
from mqworker.cloudtrail.patience import SLICE_S, Abandoned
from mqworker.cloudtrail.queue import MOST_AT_ONCE
from mqworker.core.errors import MqworkerError, Unavailable
from mqworker.daemon import DONE, UNSETTLED, Reporter, Signals

log = logging.getLogger(__name__)

Renew = Callable[[], None]
"""Reads the configuration again and takes of it what can be taken; raises MqworkerError."""


def run(collecting: Collecting, signals: Signals, renew: Renew) -> int:
    """Work until told to stop; return the exit status.

    Args:
        collecting: ready for its first message.
        signals: what the operator asks.
        renew: called at a reload.
    """
    reporter = Reporter(collecting.tally)
    status = DONE
    try:
        while not signals.stopping:
            turn(collecting)
            reporter.report()
            if signals.reload:
                signals.reload = False
                reload(renew)
    except Abandoned:
        status = UNSETTLED
        log.warning("left a message unfinished; SQS delivers it again")
    finally:
        leave(collecting)
        reporter.conclude()
    return status


def turn(collecting: Collecting) -> None:
    """Take messages, or finish one of those that are held."""
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


def reload(renew: Renew) -> None:
    """Take the new configuration if it is good, and say so either way."""
    try:
        renew()
    except MqworkerError as error:
        log.error("reload refused, the old configuration stays: %s", error)  # noqa: TRY400 - for the operator, not a defect
    else:
        log.info("reloaded configuration")
