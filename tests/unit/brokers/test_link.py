from __future__ import annotations

import pika

from mqworker.brokers.link import Link


def tripping(parameters, custom_ioloop, **callbacks):
    """Make a connection that pika trips over: its peer is gone before pika asks for its name."""

    def trip():
        raise ValueError("Expected connected socket, but getpeername() failed")

    custom_ioloop.call_later(0, trip)
    return pika.SelectConnection(parameters, custom_ioloop=custom_ioloop, **callbacks)


def test_a_connection_that_is_reset_while_it_comes_about_is_a_lost_one_and_no_defect():
    link = Link(tripping, pika.ConnectionParameters("127.0.0.1", 1), lambda _: None)

    for _ in range(3):
        link.turn(0.01)

    assert link.closed
    assert not link.ready
    assert "getpeername" in str(link.error)
