"""What a check tells of the dead letters of an embedded broker."""

import pytest

from mqworker.config.load import load
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.wiring.checkup import check_dead_letters


def settings(file, limit=10):
    flags = {"broker": (f"sqlite:///{file}",), "queue": ("q",), "dead_limit": limit}
    return load(flags, {}, None).settings


@pytest.mark.parametrize(("count", "verdict"), [(7, "good"), (8, "doubtful"), (12, "doubtful")])
def test_a_dead_letter_queue_that_is_nearly_full_is_told(tmp_path, count, verdict):
    file = tmp_path / "broker.db"
    publisher = SqlitePublisher(file, queues=("q.dead",))
    publisher.publish([Publication(b"x", PlainProperties(), "", "q.dead")] * count)
    publisher.close()
    (finding,) = check_dead_letters(settings(file))
    assert (verdict, f"{count} of 10 (dead_limit) wait", "letters q.dead") == (
        finding.verdict,
        finding.told,
        finding.subject,
    )
    assert ("mqworker deadletter list" in finding.cure) == (verdict == "doubtful")


def test_of_a_broker_that_is_not_there_yet_nothing_is_told(tmp_path):
    assert [] == list(check_dead_letters(settings(tmp_path / "broker.db")))
