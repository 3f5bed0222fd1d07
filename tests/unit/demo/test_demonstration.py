import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.message import PlainProperties, Publication
from mqworker.demo import Account, demonstration
from mqworker.demo.demonstration import Watch, stop
from tests.unit.demo.conftest import SHOWN


def test_one_worker_was_killed_and_another_ended_in_good_order(account: Account):
    log = account.site.log.read_text()

    assert 2 == log.count("sink ready")
    assert 1 == log.count("stopping")


@pytest.mark.usefixtures("account")
def test_the_progress_shown_ends_at_the_number_of_messages():
    assert {"sending": 0, "working": 0} == {label: sum(steps) for label, steps in SHOWN.items()}


def test_a_worker_that_ended_by_itself_is_not_waited_for(tmp_path: Path):
    ended = [sys.executable, "-c", ""]
    with closing(SqliteBroker(tmp_path / "broker.db")) as broker, subprocess.Popen(ended) as worker:
        broker.declare("eventtask")
        broker.publish([Publication(b"{}", PlainProperties(), "", "eventtask")] * 2)
        watch = Watch(broker, "eventtask", total=2, advance=print)

        watch.until(1, worker)

        assert (0, 2) == (worker.returncode, watch.left)


def test_a_worker_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(demonstration, "PATIENCE_S", 0.1)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(); "
    command = [sys.executable, "-uc", deaf + "time.sleep(60)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()

        stop(process)

    assert -9 == process.returncode
