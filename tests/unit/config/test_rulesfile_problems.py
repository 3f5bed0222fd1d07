"""What is wrong with a file of rules is told with rule and key, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mqworker.config.rulesfile import load_rules
from mqworker.core.errors import Misconfigured

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


def problems(directory: Path, text: str) -> list[str]:
    """Return what is wrong with a file, without its name."""
    file = write(directory, text)
    with pytest.raises(Misconfigured) as caught:
        load_rules(file)
    lines = str(caught.value).split("\n")
    assert all(line.startswith(f"{file}: ") for line in lines)
    return [line.removeprefix(f"{file}: ") for line in lines]


def test_the_version_may_stand_anywhere_but_has_to_be_the_one_that_is_known(
    tmp_path: Path,
) -> None:
    assert problems(tmp_path, HEAD.replace("version = 1", "")) == [
        "version: missing; expected a whole number, 1 or more"
    ]
    assert problems(tmp_path, HEAD.replace("version = 1", "version = 2") + "hop = 1") == [
        "version: this mqworker reads version 1, not 2"
    ]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('bucket = "1 parsec"', "bucket: expected a duration in whole seconds"),
        ("bucket = 0", "bucket: expected a duration in whole seconds"),
        ('bucket = "2h"', "bucket: expected a duration in whole seconds"),
        ('lateness = "-1m"', "lateness: expected a duration"),
        ("max_hops = 0", "max_hops: expected a whole number from 1 to 10, got 0"),
        ("max_hops = 11", "max_hops: expected a whole number from 1 to 10, got 11"),
        ("hot = 1", "hot: expected a whole number, 2 or more, got 1"),
        ("hot = true", "hot: expected a whole number, 2 or more, got True"),
        ("candidates = 0", "candidates: expected a whole number from 1 to 100, got 0"),
        ("max_hop = 3", "max_hop: there is no such key here; did you mean max_hops?"),
        ("rules = []", "rules: there is no such key here; did you mean rule?"),
        ("rule = 3", "rule: expected tables, each under [[rule]]"),
    ],
)
def test_a_bad_limit_is_told_with_its_key(tmp_path: Path, line: str, wrong: str) -> None:
    (found,) = problems(tmp_path, line + HEAD)
    assert found.startswith(wrong)


@pytest.mark.parametrize(
    ("identity", "wrong"),
    [
        ("[]", "identity: expected a list, each a field such as"),
        ('"details.username"', "identity: expected a list, each a field such as"),
        ('["username"]', "got 'username': did you mean details.username?"),
        ('["hostnme"]', "got 'hostnme': did you mean hostname?"),
        ('["details."]', "got 'details.': "),
        ('["details.user.name"]', "an object within details has no fields here"),
        ('["tags"]', "identity: expected a field such as"),
        ("[3]", "identity: expected a field such as details.sessionid or hostname, got 3"),
    ],
)
def test_bad_identity_fields_are_told(tmp_path: Path, identity: str, wrong: str) -> None:
    (found,) = problems(tmp_path, f"version = 1\nidentity = {identity}")
    assert wrong in found


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('before = "5m"', 'before = "5 monkeys"', "rule session: before: expected a duration"),
        ('before = "5m"', 'before = "-5m"', "rule session: before: expected a duration"),
        ('before = "5m"', "before = -1", "rule session: before: expected a duration"),
        ('before = "5m"', 'before = "25h"', "from 0 to 86400, got '25h'"),
        ('before = "5m"', "", "rule session: before: missing; expected a duration"),
        ("after = 0", "", "rule session: after: missing; expected a duration"),
        ("after = 0", "after = 0\nafte = 1", "afte: there is no such key here; did you mean"),
        ('fields = ["details.sessionid"]', "", "rule session: fields: missing; expected a list"),
        ('["details.sessionid"]', "[]", "rule session: fields: expected a list"),
        ('["details.sessionid"]', '["sessionid"]', "did you mean details.sessionid?"),
        ('carries = ["details.username"]', "", "rule session: carries: missing"),
        ('["details.username"]', "[]", "rule session: carries: expected a list, each details."),
        ('["details.username"]', '["details.usrname"]', "did you mean details.username?"),
        ('["details.username"]', '["details.sessionid"]', "rule session: carries: expected"),
        ('name = "session"', "", "rule 1: name: missing; expected a name"),
        ('name = "session"', 'name = "My session"', "rule 1: name: expected a name of up to 32"),
        (
            "after = 0",
            "after = 0\nscope_below = 16",
            "rule session: scope_below: there is no scope",
        ),
        ("after = 0", "after = 0\nscope = []", "rule session: scope: expected a list"),
        (
            "after = 0",
            'after = 0\nscope = ["hostname"]\nscope_below = 0',
            "rule session: scope_below: expected a whole number from 1 to 1000, got 0",
        ),
    ],
)
def test_a_bad_rule_is_told_with_its_name_and_key(
    tmp_path: Path, old: str, new: str, wrong: str
) -> None:
    (found,) = problems(tmp_path, HEAD + SESSION.replace(old, new))
    assert wrong in found
    assert found.startswith("rule ")


@pytest.mark.parametrize(
    "fields",
    [
        '["details.username"]',
        '["details.username", "hostname"]',
        '["details.sourceipaddress"]',
        '["hostname", "details.destinationipaddress"]',
    ],
)
def test_a_user_or_an_address_alone_is_no_link(tmp_path: Path, fields: str) -> None:
    (found,) = problems(tmp_path, HEAD + SESSION.replace('["details.sessionid"]', fields))
    assert found.startswith("rule session: fields: details.")
    assert found.endswith("alone is no link: several people may share one")


def test_an_address_is_a_link_together_with_a_port(tmp_path: Path) -> None:
    fields = '["details.sourceipaddress", "details.sourceport"]'
    assert load_rules(write(tmp_path, HEAD + SESSION.replace('["details.sessionid"]', fields)))


def test_a_name_that_two_rules_have_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, HEAD + SESSION + SESSION) == [
        "rule session: name: another rule has this name"
    ]


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        ('[[rule.only]]\nis = ["x"]', "only 1: field: missing; expected a field"),
        ('[[rule.only]]\nfield = "processname"', "only 1: is: missing; expected a list"),
        ('[[rule.only]]\nfield = "processname"\nis = []', "only 1: is: expected a list"),
        ('[[rule.only]]\nfield = "processname"\nis = [true]', "only 1: is: expected text, got"),
        (
            '[[rule.only]]\nfield = "source"\nis = ["x"]\nstarts_with = ["y"]',
            "only 1: starts_with: there is no such key here",
        ),
        ('[[rule.never]]\nfield = "summary"', "never 1: expected is, starts_with or present"),
        ('[[rule.never]]\nis = ["x"]', "never 1: field: missing"),
        ("[[rule.never]]\npresent = []", "never 1: present: expected a list"),
        ('[[rule.never]]\npresent = ["x"]', "never 1: present: expected a field"),
        (
            '[[rule.never]]\npresent = ["details.via"]\nfield = "source"',
            "never 1: field: it needs a [[rule.never]] of its own",
        ),
        (
            '[[rule.never]]\npresent = ["details.via"]\ncarries = []',
            "never 1: carries: there is no such key here; it belongs above this table",
        ),
        (
            '[[rule.never]]\nfield = "summary"\nstart_with = ["x"]\nis = ["y"]',
            "never 1: start_with: there is no such key here; did you mean starts_with?",
        ),
    ],
)
def test_a_bad_condition_is_told_with_its_number(
    tmp_path: Path, condition: str, wrong: str
) -> None:
    (found,) = problems(tmp_path, HEAD + SESSION + condition)
    assert found.startswith(f"rule session: {wrong}")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = "hot = 1\nlate = 2" + HEAD + SESSION.replace("after = 0", "after = -1\nx = 1") + SESSION
    assert [problem.partition(": expected")[0] for problem in problems(tmp_path, text)] == [
        "hot",
        "rule session: after",
        "rule session: x: there is no such key here",
        "rule session: name: another rule has this name",
        "late: there is no such key here; did you mean lateness?",
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none.toml: can't be read: No such file"):
        load_rules(tmp_path / "none.toml")


@pytest.mark.parametrize("content", [b"version = ", b"version = 1\n\xff", b'x = 1\nx = "2"'])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"rules.toml: is not TOML: "):
        load_rules(file)
