from __future__ import annotations

from collections.abc import Callable

import pytest

from mqworker.cli.tracebacks import traceback_of
from mqworker.core.errors import SinkUnavailable


def raised(call: Callable[[], object]) -> BaseException:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - any will do
        return error
    raise AssertionError


def outer() -> None:
    try:
        int("MARKER")
    except ValueError as error:
        raise KeyError("MARKER") from error


def test_an_exception_of_a_defect_does_not_quote_what_it_was_about() -> None:
    told = traceback_of(raised(outer), words=False)
    assert "MARKER" not in told.replace('int("MARKER")', "").replace('KeyError("MARKER")', "")
    assert told.index("ValueError: ") < told.index("KeyError: ")
    assert told.count("Traceback") == 2
    assert "in outer" in told


def test_with_everything_asked_for_it_says_all() -> None:
    assert "literal for int() with base 10: 'MARKER'" in traceback_of(raised(outer), words=True)


@pytest.mark.parametrize("error", [SinkUnavailable("503 busy"), ConnectionResetError(104, "gone")])
def test_an_error_of_a_service_says_what_it_was(error: Exception) -> None:
    def fail() -> None:
        raise error

    assert str(error) in traceback_of(raised(fail), words=False)


@pytest.mark.parametrize("words", [True, False])
def test_no_traceback_shows_a_password(words: bool) -> None:
    def fail() -> None:
        raise OSError("no answer: " + "amqp://u:" + "hunter2" + "@h")

    assert "hunter2@" not in traceback_of(raised(fail), words=words)


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = ValueError(), KeyError()
    first.__context__, second.__context__ = second, first
    assert "KeyError" in traceback_of(first, words=False)
