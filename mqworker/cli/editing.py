"""Bodies of dead letters in an editor.

1. A body is written to a file for its owner alone, and the file is removed afterwards.
2. What is encoded (gzip …) is shown decoded; it is put back as it was edited, not encoded.
3. An edited body is put back only when all of it would be taken now, or when a person insists.
4. Where only some events of a message failed, their positions count: an edited body has as many.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from mqworker.cli.display import printable
from mqworker.core.deadletter import wanted_positions
from mqworker.core.decode import decode
from mqworker.core.errors import Refused
from mqworker.core.inflate import unpack
from mqworker.core.letter import Letter
from mqworker.core.message import Failure
from mqworker.core.policy import Policy
from mqworker.core.replay import foresee

EDIT, SEND, SKIP = "edit", "send", "skip"


def edit_letter(letter: Letter, policy: Policy) -> bytes | None:
    """Have a person edit a letter's body; None leaves the letter where it is."""
    body = plain_body(letter, policy)
    while True:
        edited = in_editor(body)
        if edited == body:
            click.echo(f"{printable(letter.identity)}: not changed, left where it is", err=True)
            return None
        objection = objection_to(letter, edited, policy)
        if not objection:
            return edited
        click.echo(f"{printable(letter.identity)}: {objection}", err=True)
        match click.prompt("", type=click.Choice([EDIT, SEND, SKIP]), default=EDIT, err=True):
            case "send":
                return edited
            case "skip":
                return None
        body = edited


def plain_body(letter: Letter, policy: Policy) -> bytes:
    """Return a body without its encoding, as it is when that can't be undone."""
    delivery = letter.delivery
    try:
        return unpack(
            delivery.body, delivery.properties.content_encoding, policy.limits.max_body_bytes
        )
    except Refused:
        return delivery.body


def in_editor(body: bytes) -> bytes:
    """Return what a person made of a body in $VISUAL, $EDITOR or vi.

    Raises:
        click.ClickException: the editor failed.
    """
    with tempfile.TemporaryDirectory(prefix="mqworker-") as directory:
        file = Path(directory, "letter.json")
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            out.write(body)
        click.edit(filename=str(file))
        edited = file.read_bytes()
    # Editors end a file with a newline that nobody asked for.
    return edited if body.endswith(b"\n") else edited.removesuffix(b"\n")


def objection_to(letter: Letter, edited: bytes, policy: Policy) -> str:
    """Return what speaks against an edited body; "" for nothing."""
    positions = wanted_positions(letter.delivery.properties.headers)
    if positions is not None:
        there, needed = count_events(edited, policy), max(positions) + 1
        if there < needed:
            return f"it holds {there} events, and event {needed - 1} is one that failed"
    return worded(foresee(letter, policy, edited).failures)


def count_events(body: bytes, policy: Policy) -> int:
    """Return how many events a body holds, 0 when it can't be read."""
    try:
        return len(decode(body, None, policy.limits).items)
    except Refused:
        return 0


def worded(failures: Sequence[Failure]) -> str:
    """Return what would be refused, "" for nothing."""
    return "; ".join(
        f"event {each.position} would be refused by {each.refusal.stage} at "
        f"{each.refusal.pointer or 'the whole'}: {printable(each.refusal.reason)}"
        for each in failures[:3]
    )
