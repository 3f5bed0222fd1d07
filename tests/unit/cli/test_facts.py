from __future__ import annotations

import logging
from typing import Any

import pytest

from mqworker.cli.facts import message_of, named_facts


def record(form: str, *args: object, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("mqworker.x", logging.INFO, __file__, 1, form, args, None)
    vars(made).update(extra)
    return made


@pytest.mark.parametrize(
    ("form", "args", "expected"),
    [
        ("broker connected broker=%s role=%s", ("a", "b"), {"broker": "a", "role": "b"}),
        ("%s took seconds=%.1f at 100 %% of n=%d", ("x", 1.5, 3), {"seconds": 1.5, "n": 3}),
        ("refused error=%r", (ValueError("v"),), {"error": "v"}),
        ("nothing is named here: %s", ("a=%s",), {}),
        ("no arguments name=%s", (), {}),
    ],
)
def test_what_a_message_names_is_a_fact(
    form: str, args: tuple[object, ...], expected: dict[str, Any]
) -> None:
    assert expected == named_facts(record(form, *args))


def test_what_comes_beside_a_message_is_a_fact() -> None:
    assert {"a": 1, "attempt": 2} == named_facts(record("x a=%d", 1, attempt=2))


def test_no_fact_shows_a_password() -> None:
    facts = named_facts(record("x a=%s", "amqp://u:hunter2@h", many=["redis://:hunter2@h"]))
    assert "hunter2" not in str(facts)


def test_an_error_of_redis_does_not_tell_what_was_to_be_stored() -> None:
    error = "Command # 1 (LPUSH queue (MARKER) more) of pipeline caused error: OOM command"
    told = record("no answer: %s error=%s", error, error)
    assert message_of(told) == "no answer: OOM command error=OOM command"
    assert "MARKER" not in str(named_facts(told))
