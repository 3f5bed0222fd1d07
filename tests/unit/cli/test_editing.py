from __future__ import annotations

import gzip
from pathlib import Path

import click
import orjson
import pytest

from mqworker.cli.editing import edit_letter, in_editor, objection_to, plain_body
from mqworker.config.schemafiles import load_schemas
from mqworker.core.message import Failure, Refusal
from mqworker.core.policy import Policy
from tests.unit.core.test_letter import letter

POLICY = Policy(load_schemas())
GOOD = orjson.dumps({"summary": "good"})
BAD = orjson.dumps({"summary": "bad", "hostname": "h" * 300})


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands for an editor; its text is a shell script of one line."""
    program = tmp_path / "editor"
    monkeypatch.setenv("VISUAL", str(program))
    return program


def does(editor: Path, script: str) -> None:
    editor.write_text(f"#!/bin/sh\n{script}\n")
    editor.chmod(0o755)


def test_what_the_editor_wrote_is_returned_without_the_newline_that_it_added(editor: Path) -> None:
    does(editor, 'printf "%s\\n" new > "$1"')

    assert b"new" == in_editor(b"old")
    assert b"new\n" == in_editor(b"old\n")


def test_the_file_is_for_its_owner_alone_and_gone_afterwards(editor: Path, tmp_path: Path) -> None:
    does(editor, f'stat -c "%a %n" "$1" > {tmp_path}/told')
    in_editor(b"secret")

    mode, name = (tmp_path / "told").read_text().split()
    assert "600" == mode
    assert not Path(name).exists()


def test_an_editor_that_fails_stops_everything(editor: Path) -> None:
    does(editor, "exit 3")

    with pytest.raises(click.ClickException):
        in_editor(b"old")


def test_a_body_is_edited_without_its_encoding_where_that_can_be_undone() -> None:
    packed = letter(body=gzip.compress(GOOD), content_encoding="gzip")
    broken = letter(body=gzip.compress(GOOD)[:-4], content_encoding="gzip")

    assert GOOD == plain_body(packed, POLICY)
    assert broken.delivery.body == plain_body(broken, POLICY)


def test_an_unchanged_letter_is_left_and_a_changed_one_that_passes_is_taken(editor: Path) -> None:
    does(editor, "true")
    assert edit_letter(letter(body=BAD), POLICY) is None

    does(editor, f"printf '%s' '{GOOD.decode()}' > \"$1\"")
    assert GOOD == edit_letter(letter(body=BAD), POLICY)


def test_what_speaks_against_an_edited_body_is_told() -> None:
    refusals = [Failure(number, Refusal("validate", "bad")) for number in (0, 2)]
    several = letter(*refusals, several=True, body=b"[]")

    assert "" == objection_to(letter(body=BAD), GOOD, POLICY)
    assert "/hostname" in objection_to(letter(body=GOOD), BAD, POLICY)
    assert "holds 1 events, and event 2" in objection_to(several, GOOD, POLICY)
    assert "holds 0 events" in objection_to(several, b"{", POLICY)
