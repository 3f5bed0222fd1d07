from __future__ import annotations

from typing import NoReturn

import click
import pytest

from mqworker.cli.status import finish
from mqworker.core.errors import BrokerUnavailable, Misconfigured, Refused, SinkUnavailable
from mqworker.core.message import Refusal


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Misconfigured("x"), 78),
        (BrokerUnavailable("x"), 69),
        (SinkUnavailable("x"), 69),
        (Refused(Refusal("decode", "x")), 65),
        (click.UsageError("x"), 2),
        (click.Abort(), 130),
    ],
)
def test_each_error_has_its_exit_status(error: Exception, status: int) -> None:
    def fail() -> NoReturn:
        raise error

    assert status == finish(fail)


def test_what_a_call_returns_is_the_exit_status() -> None:
    assert [0, 0, 75] == [finish(lambda: None), finish(lambda: 0), finish(lambda: 75)]


def test_a_defect_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        finish(lambda: 1 // 0)


def test_an_error_shows_no_password_and_no_control_character(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> NoReturn:
        raise BrokerUnavailable("no answer from amqp://u:hunter2@h/v: \x1b[31mgone\nsecond")

    finish(fail)

    expected = (
        "mqworker: error: no answer from amqp://u:***@h/v: \\x1b[31mgone\nmqworker: error: second\n"
    )
    assert expected == capsys.readouterr().err
