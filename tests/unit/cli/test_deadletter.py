from __future__ import annotations

import json
import shlex
from contextlib import closing
from pathlib import Path

import pytest

from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.sqlite import SqlitePublisher
from tests.unit.cli.conftest import Run

BROKER = ("--broker", "sqlite:///broker.db")
COMMANDS = (["list"], ["show"], ["replay"], ["replay", "--dry-run"], ["purge"])


@pytest.fixture
def queues(tmp_path: Path) -> None:
    """The queue and its dead letters: two of somebody else's."""
    dead = "eventtask.dead"
    with closing(SqlitePublisher(tmp_path / "broker.db", queues=("eventtask", dead))) as publisher:
        publisher.publish(
            [
                Publication(b'{"summary": "a \\u001b[31m"}', PlainProperties(), "", dead),
                Publication(b"\xff\x00", PlainProperties(message_id="no text"), "", dead),
            ]
        )


@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_a_broker_that_can_not_take_messages_back_to_their_places_is_refused(
    mqworker: Run, line: list[str]
) -> None:
    result = mqworker("deadletter", *line, "--broker", "sqs://u:p@")

    assert (78, "") == (result.exit_code, result.stdout)
    assert "sqs:// can't hand over messages and take them back" in result.stderr


@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_an_embedded_broker_that_is_not_there_is_not_made(
    mqworker: Run, line: list[str], tmp_path: Path
) -> None:
    result = mqworker("deadletter", *line, *BROKER)

    assert 78 == result.exit_code
    assert "broker.db does not exist" in result.stderr
    assert not (tmp_path / "broker.db").exists()


@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_of_several_queues_it_has_to_be_said_which_is_meant(mqworker: Run, line: list[str]) -> None:
    result = mqworker("deadletter", *line, "--queue", "a", "--queue", "b")

    assert 78 == result.exit_code
    assert "say which with --queue, one of a, b" in result.stderr


@pytest.mark.usefixtures("queues")
def test_letters_that_others_wrote_are_counted_and_shown_harmlessly(mqworker: Run) -> None:
    counted = mqworker("deadletter", "list", *BROKER)
    each = mqworker("deadletter", "list", *BROKER, "--each")
    shown = mqworker("deadletter", "show", *BROKER)
    machine = [
        json.loads(line)
        for line in mqworker("deadletter", "show", *BROKER, "--json").stdout.splitlines()
    ]

    assert "2 dead letters" in counted.stdout
    assert "2 of 100000 places taken" in counted.stdout
    assert 2 == len(each.stdout.splitlines())
    assert "it would be taken" in shown.stdout
    assert "\x1b" not in counted.stdout + each.stdout + shown.stdout
    assert ["/wA="] == [one["body_base64"] for one in machine if "body_base64" in one]
    assert ["passes", "refused"] == [one["now"] for one in machine]


@pytest.mark.usefixtures("queues")
def test_a_letter_that_is_not_there_is_told(mqworker: Run) -> None:
    result = mqworker("deadletter", "show", *BROKER, "nobody")

    assert (0, "") == (result.exit_code, result.stdout)
    assert "there is no such dead letter" in result.stderr


@pytest.mark.usefixtures("queues")
def test_a_purge_asks_first_and_a_program_has_to_say_yes(mqworker: Run) -> None:
    assert 2 == mqworker("deadletter", "purge", *BROKER).exit_code
    assert 2 == mqworker("deadletter", "purge", *BROKER, "--json").exit_code
    assert "2 letters removed" in mqworker("deadletter", "purge", *BROKER, "--yes").stdout
    assert "0 dead letters" in mqworker("deadletter", "list", *BROKER).stdout
    assert "0 letters removed" in mqworker("deadletter", "purge", *BROKER).stdout


def test_the_policy_is_printed_as_a_shell_takes_it(mqworker: Run) -> None:
    where = ("--broker", "amqp://u:hunter2@h/logs%2Fall", "--queue", "fire walls")
    person = mqworker("deadletter", "policy", *where, "--dead-limit", 7)
    machine = json.loads(mqworker("deadletter", "policy", *where, "--json").stdout)

    words = shlex.split(person.stdout)
    assert ["rabbitmqctl", "set_policy", "-p", "logs/all"] == words[:4]
    assert r"^fire\ walls\.dead$" == words[-2] == machine["pattern"]
    assert {"max-length": 7, "overflow": "reject-publish"} == json.loads(words[-1])
    assert "hunter2" not in person.output
