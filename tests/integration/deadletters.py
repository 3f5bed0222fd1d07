"""`mqworker deadletter` as people type it, and dead letters for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing

import orjson
from click.testing import CliRunner

from mqworker.brokers.sqlite import SqliteBroker
from mqworker.cli import main
from mqworker.core.message import Publication
from tests.daemons import PROGRAM, Daemon, await_condition
from tests.integration.events import event, message
from tests.integration.pairs import DEAD_QUEUE, Embedded, Pair, Served

LIMIT_S = 60.0
USAGE = 2
DEADLY = ("--max-keys", "5", "--brake-ratio", "0")
"""Flags with which a worker refuses every event of ours."""

TIED = ("setpriv", "--pdeathsig", "KILL", str(PROGRAM))

TOO_LONG = {"hostname": "h" * 300}


def start_command(pair: Pair, *args: str) -> subprocess.Popen[str]:
    """Start `mqworker deadletter`."""
    return subprocess.Popen(
        [*TIED, "deadletter", args[0], "--config", "/dev/null", "--broker", pair.broker, *args[1:]],
        env={k: v for k, v in os.environ.items() if not k.startswith("MQWORKER_")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def command(pair: Pair, name: str, *args: str, status: int = 0) -> str:
    """Run `mqworker deadletter` to its end, in this process; return what it printed."""
    where = ["--config", "/dev/null", "--broker", pair.broker]
    result = CliRunner().invoke(main, ["deadletter", name, *where, *args])
    assert status == result.exit_code, result.output
    return result.output if status == USAGE else result.stdout


def dead_depth(pair: Pair) -> int:
    """Count the dead letters, also those in somebody's hands."""
    if isinstance(pair, Served):
        return sum(pair.rabbitmq.depth(DEAD_QUEUE, pair.url))
    assert isinstance(pair, Embedded)
    with closing(SqliteBroker(pair.queues)) as broker:
        return sum(broker.depth(DEAD_QUEUE))


def singles(run: str, count: int) -> Iterator[Publication]:
    """Give messages of one good event each; every second has a message_id."""
    for number in range(count):
        named = {"message_id": f"{run}-{number}"} if number % 2 else {}
        yield message(orjson.dumps(event(run, number)), **named)


def triples(run: str, start: int, count: int) -> Iterator[Publication]:
    """Give messages of three events each, the second of which no schema takes."""
    for number in range(start, start + 3 * count, 3):
        events = [event(run, number), event(run, number + 1, **TOO_LONG), event(run, number + 2)]
        yield message(orjson.dumps(events))


def bury(pair: Pair, start_daemon: Callable[..., Daemon], messages: list[Publication]) -> None:
    """Have a worker refuse everything that is in these messages."""
    pair.publish(messages)
    daemon = start_daemon(*pair.flags, *DEADLY)
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()
    assert len(messages) == dead_depth(pair)
