"""The command line: parses, prints, and nothing else."""

from mqworker.cli.group import main

__all__ = ["main"]
