import threading
import time
import weakref

from mqworker.core.errors import MemoryUnavailable
from mqworker.lanes import Finished, Lanes


def collect(lanes, number):
    found, until = [], time.monotonic() + 5
    while len(found) < number and time.monotonic() < until:
        found += lanes.collect()
        time.sleep(0.001)
    return found


def test_work_comes_back_with_its_result():
    lanes = Lanes("test", 2, lambda n: n * 2)
    lanes.submit(4)
    assert [Finished(4, 8)] == collect(lanes, 1)
    assert lanes.busy == 0
    lanes.close()


def test_work_that_raises_comes_back_without_a_result_and_the_thread_goes_on(caplog):
    lanes = Lanes("test", 1, lambda n: 1 // n)
    lanes.submit(0)
    lanes.submit(1)
    assert [Finished(0, None), Finished(1, 1)] == collect(lanes, 2)
    assert "a background task failed" in caplog.text
    lanes.close()


def test_collecting_never_waits_for_what_hangs():
    release = threading.Event()
    lanes = Lanes("test", 1, lambda _: release.wait(10))
    lanes.submit("hangs")
    assert (lanes.collect(), lanes.free) == ([], False)
    release.set()
    assert len(collect(lanes, 1)) == 1
    assert lanes.free
    lanes.close()


def test_an_outage_is_told_once_and_without_a_traceback(caplog):
    def away(_):
        raise MemoryUnavailable("redis is gone")

    lanes = Lanes("memory", 1, away)
    for _ in range(3):
        lanes.submit("work")
    collect(lanes, 3)
    assert ["memory: to be tried again: redis is gone"] == caplog.messages
    lanes.close()


class Load:
    """Work that can be looked for."""


def test_a_thread_holds_no_work_that_it_has_finished():
    lanes = Lanes("test", 1, lambda _: None)
    load = Load()
    gone = weakref.ref(load)
    lanes.submit(load)
    del load
    collect(lanes, 1)
    until = time.monotonic() + 5
    while gone() is not None and time.monotonic() < until:
        time.sleep(0.001)
    assert gone() is None
    lanes.close()
