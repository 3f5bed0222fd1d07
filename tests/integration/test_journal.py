"""Logs in a real journal: journald and a worker in surroundings of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import pytest

from tests.daemons import PROGRAM

JOURNALD = "/lib/systemd/systemd-journald"
PROGRAMS = ("bwrap", "journalctl", "systemd-cat", JOURNALD)

SCRIPT = r"""
cd "$1"
{journald} 2>/dev/null &
until [ -S /run/systemd/journal/socket ] && [ -S /run/systemd/journal/stdout ]; do sleep 0.05; done
entries() {{ journalctl --sync; journalctl -D /run/log/journal -o json --no-pager; }}
count=1
for form in auto text; do
  # The variable is what systemd sets for a service.
  systemd-cat sh -c '
    JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"' - \
    {program} run --config /dev/null --queue $form --log-format $form --memory process: \
    --broker "sqlite:///$1/broker" --sink "sqlite:///$1/sink" &
  while kill -0 $! && [ "$(entries | grep -c "memory ready")" -lt $count ]; do sleep 0.1; done
  kill $!
  wait $!
  count=2
done
entries
"""


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What a worker wrote into a journal, first by its own protocol, then as lines of text."""
    lacking = [each for each in PROGRAMS if shutil.which(each) is None]
    if lacking and os.environ.get("CI") and not os.getuid():
        pytest.fail(f"missing: {lacking}; see tests/services/install-packages")
    if lacking or os.getuid():
        pytest.skip(f"journald needs root, and these are missing: {lacking}")
    place = tmp_path_factory.mktemp("journal")
    script = SCRIPT.format(journald=JOURNALD, program=PROGRAM)
    own = ["--tmpfs", "/run", "--dir", "/run/log/journal", "--dir", "/run/systemd/journal"]
    around = ["bwrap", "--die-with-parent", "--unshare-pid", "--bind", "/", "/", "--dev", "/dev"]
    around += ["--proc", "/proc", "--tmpfs", "/var/log", *own, "sh", "-c", script, "-", str(place)]
    ended = subprocess.run(around, check=True, capture_output=True, timeout=100)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def those(entries: list[dict[str, Any]], transport: str, words: str) -> list[dict[str, Any]]:
    return [
        each
        for each in entries
        if each["_TRANSPORT"] == transport and words in each.get("MESSAGE", "")
    ]


def test_a_service_of_systemd_logs_by_the_protocol_of_the_journal(
    entries: list[dict[str, Any]],
) -> None:
    found = those(entries, "journal", "sink ready: ")[0]
    assert found["MESSAGE"].startswith("sink ready: SQLite")
    assert ("6", "mqworker") == (found["PRIORITY"], found["SYSLOG_IDENTIFIER"])
    assert found["MQWORKER_LOGGER"] == "mqworker.daemon"
    assert found["CODE_FUNC"] == "wait_for"


def test_a_line_of_text_has_its_priority_in_the_journal(entries: list[dict[str, Any]]) -> None:
    found = those(entries, "stdout", "memory process:: ")[0]
    assert found["MESSAGE"].startswith("time=")
    assert found["PRIORITY"] == "4"
