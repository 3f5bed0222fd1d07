import itertools

import pytest

from mqworker.cloudtrail.patience import Abandoned, Patience
from mqworker.core.backoff import Backoff
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.daemon import Signals


class Clock:
    """Passes when somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def sleep(self, seconds):
        self.now += seconds


def patience(signals=None, drain_s=10.0, clock=None):
    clock = clock or Clock()
    counted = itertools.count()
    return Patience(
        signals or Signals(),
        Backoff(1.0, 8.0),
        drain_s,
        tend=lambda: next(counted),
        retried=lambda: None,
        monotonic=lambda: clock.now,
        sleep=clock.sleep,
        chance=lambda: 0.0,
    )


def failing(*errors):
    left = list(errors)

    def attempt():
        if left:
            raise left.pop(0)
        return "done"

    return attempt


def test_an_outage_is_waited_out_longer_each_time():
    clock = Clock()
    outage = failing(*[BrokerUnavailable("away")] * 4)
    assert "done" == patience(clock=clock).until_done("broker", outage)
    assert 0.5 + 1 + 2 + 4 == pytest.approx(clock.now)


def test_what_is_no_outage_is_raised_at_once():
    with pytest.raises(Misconfigured):
        patience().until_done("S3", failing(Misconfigured("no")))


def test_a_stop_leaves_the_drain_limit_and_no_more():
    signals, clock = Signals(), Clock()
    trying = patience(signals, 10.0, clock)
    signals.stop()
    with pytest.raises(Abandoned):
        trying.until_done("broker", failing(*[BrokerUnavailable("away")] * 99))
    assert 10 <= clock.now < 11


def test_a_second_stop_ends_it_at_once():
    signals = Signals()
    signals.stop()
    signals.stop()
    with pytest.raises(Abandoned):
        patience(signals).until_done("broker", failing())
