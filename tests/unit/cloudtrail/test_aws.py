"""A service of AWS that keeps silent: real calls of boto3 to a scripted server."""

from __future__ import annotations

import threading

import pytest

from mqworker.cloudtrail.aws import AwsOptions, open_clients
from mqworker.cloudtrail.patience import Patience
from mqworker.cloudtrail.queue import NotificationQueue
from mqworker.core.backoff import Backoff
from mqworker.daemon import Signals
from mqworker.pulse import Pulse
from tests.daemons import await_condition
from tests.services.aws import CREDENTIALS
from tests.stubs.scripted import Answer, Drip, Entry, Hang, Request, Scripted, scripted

LIMIT_S = 10.0
BUSY = Answer(503, b"<Error><Code>ServiceUnavailable</Code></Error>", "application/xml")


class Reading:
    """Asks SQS for messages in a thread of its own, until there is an answer."""

    def __init__(self, server: Scripted) -> None:
        url = f"{server.url}/123456789012/trail"
        sqs = open_clients(AwsOptions(url, region="eu-central-1", read_timeout_s=0.2)).sqs
        queue = NotificationQueue(sqs, url, 300)
        self.signals, self.pulse = Signals(), Pulse()
        self.patience = Patience(
            self.signals, Backoff(0.01, 0.05), 0.0, queue.tend, lambda: None, pulse=self.pulse
        )
        self.thread = threading.Thread(
            target=lambda: self.patience.until_done("SQS", queue.receive), daemon=True
        )
        self.thread.start()

    @property
    def waits_s(self) -> float:
        return self.pulse.slowest(self.pulse.clock())[1]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("silence", [Hang(0.5), Drip()], ids=["silent", "dripping"])
def test_what_is_never_answered_is_noticed_across_all_attempts(silence: Entry) -> None:
    def hang(request: Request) -> object:
        return silence(request)

    with scripted(hang) as server:
        reading = Reading(server)
        await_condition(lambda: reading.waits_s > 1.5, LIMIT_S)
        assert "SQS" == reading.pulse.slowest(reading.pulse.clock())[0]
        server.otherwise = lambda _: Answer(200, b"{}", "application/x-amz-json-1.0")
        await_condition(lambda: not reading.thread.is_alive(), LIMIT_S)
        assert 0.0 == reading.waits_s


def test_to_be_told_to_come_again_is_an_answer() -> None:
    with scripted(lambda _: BUSY) as server:
        reading = Reading(server)
        await_condition(lambda: len(server.requests) > 6, LIMIT_S)
        assert reading.waits_s < 1.5
        server.otherwise = lambda _: Answer(200, b"{}", "application/x-amz-json-1.0")
        await_condition(lambda: not reading.thread.is_alive(), LIMIT_S)
