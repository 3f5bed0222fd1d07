import os
import threading
import time

import pytest

from mqworker.client.dialing import LOOK_UPS, LookUps, dial
from tests.stubs.scripted import scripted


def test_a_host_with_several_addresses_is_reached_by_the_one_that_answers():
    with scripted() as server:
        port = int(server.url.rpartition(":")[2])
        with dial("localhost", port, 5.0) as sock:
            assert port == sock.getpeername()[1]


def test_nobody_there_is_an_error():
    with pytest.raises(ConnectionRefusedError):
        dial("127.0.0.1", 1, 5.0)


def test_a_fork_waits_for_a_look_up():
    looked_up = threading.Event()

    def look_up():
        with LOOK_UPS.lock:
            looked_up.set()
            time.sleep(0.05)

    thread = threading.Thread(target=look_up)
    thread.start()
    looked_up.wait()
    pid = os.fork()
    if not pid:
        os._exit(LOOK_UPS.lock.locked())
    thread.join()
    assert 0 == os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert not LOOK_UPS.lock.locked()


def test_a_fork_does_not_wait_for_a_look_up_that_takes_long():
    look_ups = LookUps()
    with look_ups.lock:
        started = time.monotonic()
        look_ups.hold()
        look_ups.release()
        assert 0.1 < time.monotonic() - started < 2
    assert not look_ups.lock.locked()
