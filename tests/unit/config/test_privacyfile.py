from __future__ import annotations

from pathlib import Path

import pytest

from mqworker.config.privacyfile import load_privacy
from mqworker.config.secret import Secret
from mqworker.core.errors import Misconfigured
from mqworker.core.privacy import Concealment, Privacy

KEY = Secret("0123456789abcdef")
HEAD = "version = 1\n"


def load(tmp_path: Path, text: str, key: Secret | None = KEY) -> Privacy | None:
    file = tmp_path / "privacy.toml"
    file.write_text(text)
    return load_privacy(file, key)


def test_without_a_file_nothing_is_hidden() -> None:
    assert load_privacy(None, KEY) is None


def test_the_rules_are_read_with_their_key(tmp_path: Path) -> None:
    text = (
        '[[rule]]\naction = "hash"\nfields = ["details.username", "details.user.name"]\n'
        '[[rule]]\naction = "drop"\nfields = ["summary"]\n'
    )
    expected = (
        Concealment("hash", ("details.username", "details.user.name")),
        Concealment("drop", ("summary",)),
    )

    assert Privacy(expected, b"0123456789abcdef") == load(tmp_path, HEAD + text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 2", "this mqworker reads version 1, not 2"),
        ("", "version: missing"),
        (HEAD, "rule: there is none"),
        (HEAD + "[[rule]]", "rule 1: action: missing"),
        (HEAD + '[[rule]]\naction = "hide"\nfields = ["summary"]', "expected mask or hash or drop"),
        (HEAD + '[[rule]]\naction = "mask"\nfields = []', "got an empty one"),
        (HEAD + '[[rule]]\naction = "mask"\nfields = ["username"]', "mean details.username?"),
        (HEAD + '[[rule]]\naction = "mask"\nfields = ["category"]', "expected a field"),
        (HEAD + '[[rule]]\naction = "mask"\nfields = ["summary", "summary"]', "has a rule already"),
        (HEAD + '[[rule]]\naction = "mask"\nfield = ["summary"]', "did you mean fields?"),
        ("version = ", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path, text)

    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'privacy.toml'}: ")


@pytest.mark.parametrize("key", [None, Secret("short")])
def test_a_hash_needs_a_key_that_can_not_be_guessed(tmp_path: Path, key: Secret | None) -> None:
    rule = '[[rule]]\naction = "{}"\nfields = ["summary"]\n'

    assert load(tmp_path, HEAD + rule.format("mask"), key) is not None
    with pytest.raises(Misconfigured, match="a hash needs a key of at least 16 bytes"):
        load(tmp_path, HEAD + rule.format("hash"), key)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="can't be read: No such file"):
        load_privacy(tmp_path / "missing.toml", None)
