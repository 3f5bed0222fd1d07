"""`mqworker demo`: the whole way on generated traffic, without any service."""

from __future__ import annotations

import click

from mqworker import demo as demonstration
from mqworker.cli.options import json_option


@click.command()
@json_option("Print what happened as a JSON object.")
def demo(*, as_json: bool) -> int:
    """Show on generated traffic what mqworker does; no service is needed."""
    return demonstration.run(click.echo, as_json=as_json)
