"""Rules of the operator's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from mqworker.config.rulesfile import SHIPPED, load_rules
from mqworker.core.correlation.rules import Condition, path

HEAD = """
version = 1
identity = ["details.sourceipaddress", "details.username"]
"""
SESSION = """
[[rule]]
name = "session"
fields = ["details.sessionid"]
carries = ["details.username"]
before = "5m"
after = 0
"""


def write(directory: Path, text: str) -> Path:
    file = directory / "rules.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    rules = load_rules(write(tmp_path, HEAD + SESSION))
    assert list(rules.rules) == ["session"]
    assert (rules.rules["session"].before, rules.rules["session"].after) == (5, 0)
    assert rules.rules["session"].carries == {1}


def test_a_copy_of_the_shipped_file_is_the_shipped_file(tmp_path: Path) -> None:
    shipped = resources.files("mqworker.config").joinpath(SHIPPED).read_text()
    assert load_rules() == load_rules(write(tmp_path, shipped))


def test_a_file_without_rules_turns_correlation_off(tmp_path: Path) -> None:
    assert load_rules(write(tmp_path, HEAD)).rules == {}


@pytest.mark.parametrize(
    ("bucket", "before", "expected"),
    [("1m", "5m", 5), ("1m", "61s", 2), ("1m", "1s", 1), ("1m", 0, 0), ("5m", "6m", 2)],
)
def test_windows_are_rounded_up_to_whole_buckets(
    tmp_path: Path, bucket: str, before: object, expected: int
) -> None:
    text = f'bucket = "{bucket}"\n{HEAD}{SESSION}'.replace('before = "5m"', f"before = {before!r}")
    assert expected == load_rules(write(tmp_path, text)).rules["session"].before


def test_conditions_say_which_events_a_rule_is_for(tmp_path: Path) -> None:
    more = """
    [[rule.only]]
    field = "processname"
    is = ["sshd", "su"]
    [[rule.never]]
    field = "summary"
    is = [0, "x"]
    starts_with = ["drop "]
    [[rule.never]]
    present = ["details.via", "source"]
    """
    rules = load_rules(write(tmp_path, HEAD + SESSION + more))
    assert rules.rules["session"].conditions == (
        Condition(path("processname"), any_of=frozenset({"sshd", "su"})),
        Condition(path("summary"), none_of=frozenset({"0", "x"}), no_prefix=("drop ",)),
        Condition(path("details.via"), absent=True),
        Condition(path("source"), absent=True),
    )
