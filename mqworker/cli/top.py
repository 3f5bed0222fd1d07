"""`mqworker top`: how workers get on, now and from then on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import click

from mqworker.cli.display import echo_json
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.screen import draw, frame, screen, wait
from mqworker.cli.status import DONE
from mqworker.core.errors import Misconfigured, Unavailable
from mqworker.core.sight.board import COLUMNS, Frame, board
from mqworker.core.sight.state import State
from mqworker.core.sight.watch import Scene, Watch, described
from mqworker.wiring.lookout import all_states

ONCE = Frame(10**6, 10**6)
FIRST_S = 1.0
"""Between the two looks that the first rates are of."""


@click.command()
@configured(services=(), more=("queue", "socket_directory"))
@click.option("--once", is_flag=True, help="Look once, over a second, and end.")
@click.option(
    "--interval",
    type=click.FloatRange(0.2, 3600),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two looks.",
)
@json_option("Print a JSON object for each look, on a line of its own.")
def top(configuration: Configuration, *, once: bool, interval: float, as_json: bool) -> int:
    """Watch how the workers of this machine get on that consume a queue.

    Rates are of the time since the last look, counts since a worker was started. A worker is asked
    through its socket, which only its user and root can use. Keys: q ends.
    """
    settings, watch = configuration.settings, Watch()
    first = watch.look(required(all_states(settings)), time.time())

    def look() -> Scene:
        return watch.look(all_states(settings), time.time())

    if as_json or once:
        return print_looks(look, interval, once=once, as_json=as_json)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Misconfigured("this is no terminal: mqworker top --once, or --json, needs none")
    return draw_looks(look, first, interval, settings.first_queue)


def draw_looks(look: Callable[[], Scene], first: Scene, interval_s: float, title: str) -> int:
    """Show what is seen until a key ends it."""
    scenes = [first]

    def redraw() -> None:
        draw([painted(line) for line in board(scenes[-1], title, frame())])

    with screen():
        pause_s = FIRST_S
        while True:
            redraw()
            if wait(pause_s, redraw):
                return DONE
            scenes[:], pause_s = [look()], interval_s


def painted(line: str) -> str:
    """Return a line with the colors that it has on a terminal; none where NO_COLOR says so."""
    if os.environ.get("NO_COLOR"):
        return line
    if line.startswith("!"):
        return click.style(line, fg="red", bold=True)
    if line.startswith(COLUMNS[0]):
        return click.style(line, reverse=True)
    return click.style(line, bold=True) if line.startswith("mqworker ") else line


def required(states: list[State]) -> list[State]:
    """Return states, if there are any.

    Raises:
        Unavailable: there are none.
    """
    if not states:
        raise Unavailable(
            "no worker answers: none runs here for this queue, or this user may not ask (its own "
            "user and root may); mqworker top --help tells of --queue and --socket-directory"
        )
    return states


def print_looks(look: Callable[[], Scene], interval_s: float, *, once: bool, as_json: bool) -> int:
    """Print what is seen, once or for ever."""
    pause_s = FIRST_S
    while True:
        time.sleep(pause_s)
        scene = look()
        if as_json:
            echo_json(described(scene))
        else:
            for line in board(scene, ", ".join(scene.whole[0].queues), ONCE):
                click.echo(line)
        if once:
            return DONE
        pause_s = interval_s
