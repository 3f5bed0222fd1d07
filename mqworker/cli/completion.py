"""`mqworker completion`: what makes a shell complete commands, options, and their values."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")

VARIABLE = "_MQWORKER_COMPLETE"
"""What the printed script asks for completions by, and click looks for."""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes SHELL complete commands, options and their values.

    The Debian package has it in place for all three. By hand it goes, for bash, to
    ~/.local/share/bash-completion/completions/mqworker; for zsh, to _mqworker in a directory of
    $fpath; for fish, to ~/.config/fish/completions/mqworker.fish.
    """
    script = get_completion_class(shell)
    if script is None:
        raise click.BadParameter(f"click has no completion for {shell}")
    click.echo(script(ctx.find_root().command, {}, "mqworker", VARIABLE).source())
