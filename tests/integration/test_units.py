"""The units of systemd: what they expose, that systemd knows every key, and a worker within one."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mqworker.config.load import load
from mqworker.config.operation import OperationOptions
from tests.daemons import PROGRAM, Daemon, await_condition
from tests.integration.events import message, messages
from tests.integration.pairs import Served
from tests.notified import NotifySocket
from tests.sandbox import UNITS, sandbox, service
from tests.sightseeing import look

SERVICES = sorted(UNITS.glob("*.service"))
TARGET = UNITS / "mqworker.target"
WORKER = UNITS / "mqworker@.service"
MOST_EXPOSED = 1.3
LIMIT_S = 60.0

ATTEMPTS = """
import ctypes, mmap, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *args):
    if getattr(libc, name)(*args) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def tell(name, attempt):
    try:
        attempt()
        print(name, "works")
    except OSError as error:
        print(name, error.strerror)
tell("write to /etc", lambda: open("/etc/mqworker.tried", "w"))
tell("write to the program", lambda: open(__import__("mqworker").__file__, "a"))
tell("map memory to write and execute", lambda: mmap.mmap(-1, 4096, prot=7))
tell("open a netlink socket", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
tell("make a namespace", lambda: call("unshare", 0x00020000))
tell("change the priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, 5))
tell("change the owner", lambda: os.chown("/tmp", 0, 0))
tell("set the bit of another user", lambda: os.chmod("/tmp", 0o4700))
tell("change the host's name", lambda: socket.sethostname("other"))
tell("write to /tmp", lambda: open("/tmp/tried", "w").close())
"""


@pytest.fixture(autouse=True)
def _programs() -> None:
    lacking = [each for each in ("systemd-analyze", "bwrap") if shutil.which(each) is None]
    if lacking and os.environ.get("CI"):
        pytest.fail(f"missing: {lacking}; see tests/services/install-packages")
    if lacking:
        pytest.skip(f"missing: {lacking}")


def analyze(*args: str) -> str:
    done = subprocess.run(
        ["systemd-analyze", *args], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout.decode()


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_exposes_little(unit: Path) -> None:
    told = analyze("security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert found, told
    assert float(found[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("unit", [*SERVICES, TARGET], ids=lambda unit: unit.name)
def test_systemd_understands_every_line_of_a_unit(unit: Path, tmp_path: Path) -> None:
    for each in (*SERVICES, TARGET):
        text = each.read_text().replace("=mqworker ", f"={shutil.which('true')} ")
        (tmp_path / each.name.replace("@.", "@eventtask.")).write_text(text)
    told = analyze("verify", "--man=no", str(tmp_path / unit.name.replace("@.", "@eventtask.")))
    assert [] == [line for line in told.splitlines() if "mqworker" in line]


def test_the_units_share_one_sandbox() -> None:
    sandboxes = [each.read_text().partition("# One user for all services")[2] for each in SERVICES]
    assert 1 == len(set(sandboxes))
    assert all(sandboxes)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_waits_until_its_program_is_ready_and_watches_it(unit: Path) -> None:
    told, worker = service(unit), service(WORKER)
    assert (["notify"], ["main"]) == (told["Type"], told["NotifyAccess"])
    for name in ("WatchdogSec", "TimeoutStartSec"):
        assert worker[name] == told[name]


def test_a_unit_gives_a_worker_more_time_to_stop_than_it_takes() -> None:
    told = service(WORKER)
    assert OperationOptions().drain + 10 <= float(told["TimeoutStopSec"][0])
    assert {"2", "78"} == set(told["RestartPreventExitStatus"][0].split())


def test_the_example_configuration_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("broker_password", "sink_password"):
        (tmp_path / name).write_text("secret")
        (tmp_path / name).chmod(0o600)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "mqworker.toml"
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    text = (UNITS / "mqworker.toml").read_text()
    file.write_text(text.replace("/etc/mqworker/schemas", str(schemas)))
    loaded = load({}, {"CREDENTIALS_DIRECTORY": str(tmp_path)}, file)

    assert ("mqworker", 2) == (loaded.settings.sink_username, loaded.settings.processes)
    assert () == loaded.warnings


@pytest.fixture
def confined(tmp_path: Path) -> list[str]:
    """Return the command that runs what follows it in the worker's sandbox."""
    directories = [tmp_path / "state", tmp_path / "run"]
    for each in directories:
        each.mkdir(mode=0o700, exist_ok=True)
    return sandbox(WORKER, tmp_path, directories)


def test_the_sandbox_refuses_what_the_unit_does(confined: list[str]) -> None:
    done = subprocess.run(
        [*confined, sys.executable, "-c", ATTEMPTS], check=True, capture_output=True, text=True
    )
    refused, given = "Operation not permitted", done.stdout.splitlines()
    assert given == [
        "write to /etc Read-only file system",
        "write to the program Read-only file system",
        f"map memory to write and execute {refused}",
        f"open a netlink socket {refused}",
        f"make a namespace {refused}",
        f"change the priority {refused}",
        f"change the owner {refused}",
        f"set the bit of another user {refused}",
        f"change the host's name {refused}",
        "write to /tmp works",
    ]


def test_a_reload_checks_in_the_sandbox_first(confined: list[str], tmp_path: Path) -> None:
    """As ExecReload does: within the unit's sandbox, and without any service."""
    assert "mqworker check --offline --queue %i" == service(WORKER)["ExecReload"][0]
    command = [*confined, str(PROGRAM), "check", "--offline", "--queue", "eventtask"]
    good = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    command += ["--retry-min", "1h"]
    bad = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert (0, 78) == (good.returncode, bad.returncode), good.stdout + good.stderr


def test_a_worker_does_all_of_its_work_in_the_sandbox(
    served: Served, start_daemon: Callable[..., Daemon], confined: list[str], tmp_path: Path
) -> None:
    many = 2000
    with NotifySocket() as systemd:
        made = {"STATE_DIRECTORY": tmp_path / "state", "RUNTIME_DIRECTORY": tmp_path / "run"}
        env = systemd.environ(5.0) | {name: str(each) for name, each in made.items()}
        daemon = start_daemon(*served.flags, "--processes", "2", env=env, within=confined)
        systemd.await_value("READY")
        broken = message(b'{"category": "authentication"')
        served.publish([*messages(served.run, many), broken])
        await_condition(lambda: sum(served.depth()) == 0, LIMIT_S, daemon.log)
        worker = psutil.Process(daemon.pid).children(recursive=True)
        supervisor = next(each for each in worker if "mqworker" in each.name())
        seen = look(tmp_path / "run", 2)
        supervisor.send_signal(signal.SIGHUP)
        daemon.await_words("reloaded schemas and configuration", times=2)
        systemd.await_value("STATUS", "2 of 2 workers ready")
        supervisor.send_signal(signal.SIGTERM)
        assert 0 == daemon.wait()
        assert systemd.values("STOPPING")

    assert Counter(str(number) for number in range(many)) == served.census()
    assert 1 == served.dead_count()
    assert (tmp_path / "state" / "memory.db").exists()
    assert many + 1 == daemon.totals()["settled"]
    assert many == sum(state.counts["stored"] for state in seen)
