from __future__ import annotations

import array
import fcntl
import logging
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mqworker.cli.journal import JournalHandler, encode, field_name, is_ours
from mqworker.cli.logs import TextFormatter
from tests.unit.cli.loggers import logger


class Ear:
    """A socket as journald's; it reads what the protocol says."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(5)

    def heard(self) -> dict[str, str]:
        size = array.array("i").itemsize
        data, rights, _, _ = self.socket.recvmsg(2**22, socket.CMSG_SPACE(size))
        if not data:
            (fd,) = struct.unpack("i", rights[0][2][:size])
            sealed = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
            assert sealed & fcntl.F_SEAL_WRITE
            with os.fdopen(fd, "rb") as file:
                file.seek(0)
                data = file.read()
        return dict(decode(data))


def decode(data: bytes) -> Iterator[tuple[str, str]]:
    while data:
        line, _, rest = data.partition(b"\n")
        name, sign, value = line.partition(b"=")
        if not sign:
            (length,) = struct.unpack("<Q", rest[:8])
            value, rest = rest[8 : 8 + length], rest[8 + length :]
            assert rest[:1] == b"\n"
            rest = rest[1:]
        yield name.decode(), value.decode()
        data = rest


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    made = Ear(tmp_path / "socket")
    with closing(made.socket):
        yield made


def told(ear: Ear, *args: Any, **how: Any) -> dict[str, str]:
    """Log by a handler, and return what was heard."""
    with logger("mqworker.some.part", JournalHandler(logging.NullHandler(), ear.path)) as log:
        log.error(*args, **how)
    return ear.heard()


def test_each_fact_is_a_field(ear: Ear) -> None:
    heard = told(ear, "not confirmed count=%d error=%s", 3, "gone", extra={"held_back": 7})

    assert heard["MESSAGE"] == "not confirmed count=3 error=gone"
    assert ("3", "mqworker") == (heard["PRIORITY"], heard["SYSLOG_IDENTIFIER"])
    assert heard["MQWORKER_LOGGER"] == "mqworker.some.part"
    assert ("3", "gone") == (heard["MQWORKER_COUNT"], heard["MQWORKER_ERROR"])
    assert heard["MQWORKER_HELD_BACK"] == "7"
    assert heard["CODE_FILE"] == __file__


def test_no_message_forges_a_field(ear: Ear) -> None:
    heard = told(ear, "a\nPRIORITY=0\nFORGED=1 %s", "b\nC=1")

    assert heard["MESSAGE"] == "a\nPRIORITY=0\nFORGED=1 b\nC=1"
    assert heard["PRIORITY"] == "3"
    assert "FORGED" not in heard


def test_a_traceback_is_a_field_of_several_lines(ear: Ear) -> None:
    try:
        int("MARKER")
    except ValueError:
        heard = told(ear, "failed", exc_info=True)

    assert heard["MQWORKER_TRACEBACK"].startswith("Traceback (most recent call last):\n")


def test_what_is_too_large_for_a_datagram_goes_as_a_sealed_file(ear: Ear) -> None:
    text = "x" * 2**20
    assert told(ear, text)["MESSAGE"] == text


def test_no_password_is_in_any_field(ear: Ear) -> None:
    heard = told(ear, "at %s broker=%s", "amqp://u:hunter2@h", "amqp://u:hunter2@h")
    assert "hunter2" not in str(heard)


def test_without_a_journal_a_record_goes_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = logging.StreamHandler(sys.stderr)
    text.setFormatter(TextFormatter())
    with logger("mqworker.some.part", JournalHandler(text, str(tmp_path / "nobody"))) as log:
        log.error("heard?")

    assert "msg=heard?" in capsys.readouterr().err


def test_names_are_those_that_journald_takes() -> None:
    assert field_name("user.name-of") == "MQWORKER_USER_NAME_OF"
    assert len(field_name("x" * 100)) == 64


def test_half_a_character_is_no_reason_to_fail() -> None:
    assert encode([("MESSAGE", "\ud800")]) == b"MESSAGE=?\n"


def test_the_journal_is_ours_where_standard_error_leads_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "log").open("w") as file:
        monkeypatch.setattr(sys, "stderr", file)
        status = os.fstat(file.fileno())
        assert is_ours({"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        assert not is_ours({"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino + 1}"})
        assert not is_ours({})
