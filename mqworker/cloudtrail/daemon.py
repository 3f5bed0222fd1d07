"""The life of `mqworker cloudtrail`: what is asked by signals, and leaving in good order."""

from __future__ import annotations

import logging
from collections.abc import Callable

from mqworker.cloudtrail.aws import Answered
from mqworker.cloudtrail.collecting import Collecting
from mqworker.cloudtrail.patience import Abandoned
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
    queue = collecting.queue
    if queue.held:
        collecting.patience.check()
        collecting.collect(queue.held[0])
        return
    taken = collecting.patience.until_done("SQS", lambda: receive(collecting))
    collecting.tally.add("received", taken)


def receive(collecting: Collecting) -> int:
    """Take messages; return how many.

    Raises:
        Unavailable: there was no answer, or a refusal: that was none when it started.
    """
    try:
        taken = collecting.queue.receive()
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
