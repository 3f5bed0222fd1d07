"""The command `mqworker`, which its subcommands are found through by name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from mqworker import __version__
from mqworker.cli.status import STATUSES, finish
from mqworker.config.suggest import closest

COMMANDS = {
    "run": "Move messages from the broker to the sink until told to stop.",
    "intake": "Take events over HTTP and publish them.",
    "setup": "Install or upgrade what the sink needs.",
    "check": "Look whether all is well, and say what mends it.",
    "config": "Print the effective configuration.",
    "explain": "Tell what would happen to a message.",
    "top": "Watch how workers get on.",
    "tap": "Watch events go by as they are stored.",
    "deadletter": "See what could not be used, and put it back.",
    "publish": "Publish the events in a file.",
    "cloudtrail": "Publish what AWS CloudTrail logs, until told to stop.",
    "search": "Find stored events.",
    "trace": "Tell the story of one activity.",
    "indices": "See what is stored of each day, and remove what is old.",
    "console": "Show queues, dead letters and stories as pages.",
    "demo": "Show on generated traffic what mqworker does.",
    "completion": "Print what makes a shell complete all this.",
}
"""Each is the command of that name in the module of that name; imported when it is asked for."""

EPILOG = "Exit status: " + "; ".join(f"{number} {words}" for number, words in STATUSES.items())


class Commands(click.Group):
    """A group whose commands are imported when they are asked for, and whose errors are ours."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, the daily ones first."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the commands are for, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return what may stand here, without importing the commands."""
        found = [
            CompletionItem(name, help=words)
            for name, words in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"mqworker.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with, or say which was probably meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(
                f"there is no command {args[0]!r}; {closest(args[0], COMMANDS) or 'try --help'}"
            )
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run, and exit with the status that the command returned or its error stands for."""

        def call() -> Any:
            return click.Group.main(
                self, args, prog_name, complete_var, standalone_mode=False, **extra
            )

        return sys.exit(finish(call)) if standalone_mode else call()


@click.group(
    "mqworker",
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def main() -> None:
    """From RabbitMQ to Elasticsearch, losing nothing.

    Every option can be given as a flag, as an environment variable (MQWORKER_BATCH_COUNT) or in
    /etc/mqworker/mqworker.toml, in this order. Try `mqworker demo` first: it needs no service.
    """
