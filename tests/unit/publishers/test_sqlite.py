from pathlib import Path

import pytest

from mqworker.brokers.sqlite import SqliteBroker, SqliteOptions
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.sqlite import SqlitePublisher

TO_Q = Publication(b"x", PlainProperties(), "", "q")
QUICK = SqliteOptions(lock_timeout_s=0.05)


def test_queues_that_nobody_consumes_are_declared_at_the_first_message(tmp_path: Path):
    publisher = SqlitePublisher(tmp_path / "b.db", queues=["q"])
    publisher.publish([TO_Q])
    publisher.close()
    broker = SqliteBroker(tmp_path / "b.db")
    assert broker.depth("q").ready == 1
    broker.close()


def test_exchanges_are_bound_to_the_queues_that_it_declares(tmp_path: Path):
    publisher = SqlitePublisher(tmp_path / "b.db", queues=["q"], exchanges=["mozdef"])
    publisher.publish([TO_Q._replace(exchange="mozdef")])
    publisher.close()
    broker = SqliteBroker(tmp_path / "b.db")
    assert broker.depth("q").ready == 1
    broker.close()


def test_a_message_without_a_queue_is_a_configuration_error(tmp_path: Path):
    publisher = SqlitePublisher(tmp_path / "b.db")
    with pytest.raises(Misconfigured, match="a worker declares its queue when it starts"):
        publisher.publish([TO_Q])
    publisher.close()


def test_a_locked_file_is_an_outage_and_the_same_publisher_works_again_after_it(tmp_path: Path):
    broker = SqliteBroker(tmp_path / "b.db")
    broker.declare("q")
    publisher = SqlitePublisher(tmp_path / "b.db", options=QUICK)
    broker.run("BEGIN IMMEDIATE")
    with pytest.raises(BrokerUnavailable, match="locked"):
        publisher.publish([TO_Q])
    broker.run("ROLLBACK")
    publisher.publish([TO_Q])
    publisher.close()
    assert broker.depth("q").ready == 1
    broker.close()


def test_a_full_disk_is_an_outage_and_publishes_nothing(tmp_path: Path):
    broker = SqliteBroker(tmp_path / "b.db")
    publisher = SqlitePublisher(tmp_path / "b.db", queues=["q"])
    publisher.publish([])
    assert publisher.broker is not None
    publisher.broker.run("PRAGMA max_page_count = 20")
    with pytest.raises(BrokerUnavailable, match="the disk is full"):
        publisher.publish([TO_Q, TO_Q._replace(body=b"x" * 200_000)])
    publisher.close()
    assert broker.depth("q").ready == 0
    broker.close()
