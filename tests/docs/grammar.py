"""What can be told of a command line without running it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from importlib.util import find_spec

import click

from mqworker.cli.group import main
from tests.docs.lines import ROOT

SEPARATORS = {"&&", "||", ";", "|"}
VERBS = {"daemon-reload", "edit", "enable", "reload", "restart", "start", "status", "stop"}
FOREIGN_UNITS = {"rsyslog"}
FOREIGN_PACKAGES = {"pika", "kombu", "kombu[redis]"}


def objections(text: str) -> list[str]:
    """Return what is wrong with a command line, as far as it can be told; nothing if it is well."""
    return [
        objection for words in simple_commands(text) for objection in judge_of(words[0])(words[1:])
    ]


def simple_commands(text: str) -> Iterator[list[str]]:
    """Give the words of each command in a line, without assignments before it."""
    words: list[str] = []
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split = True
    for word in [*lexer, ";"]:
        if word not in SEPARATORS:
            words.append(word)
        elif words:
            yield without_assignments(words)
            words = []


def without_assignments(words: list[str]) -> list[str]:
    """Leave out what sets variables, and where output goes."""
    while len(words) > 1 and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    words = words[3:] if words[:2] == ["sudo", "-u"] else words
    return words[: words.index(">")] if ">" in words else words


Judge = Callable[[list[str]], list[str]]


def judge_of(program: str) -> Judge:
    """Return what judges the arguments of a program."""
    name = program.rpartition("/bin/")[2]
    if name in JUDGES:
        return JUDGES[name]
    return lambda _words: [f"nobody knows the program {program}"]


def ours(words: list[str]) -> list[str]:
    """Every command and every option has to exist; values are not looked at."""
    group: click.Group = main
    context = click.Context(main, info_name="mqworker")
    while True:
        if not words:
            return []
        command = group.get_command(context, words[0])
        if command is None:
            return [f"{context.command_path} has no command {words[0]}"]
        context = click.Context(command, context, words[0])
        words = words[1:]
        if not isinstance(command, click.Group) or not words or words[0].startswith("-"):
            return unknown_options(command, context, words)
        group = command


def unknown_options(command: click.Command, context: click.Context, words: list[str]) -> list[str]:
    """Return what is wrong with the options of one command."""
    try:
        # One more, for an option that is named without its value.
        command.make_parser(context).parse_args([*(each for each in words if each != "…"), "VALUE"])
    except click.UsageError as error:
        return [f"{context.command_path}: {error.format_message()}"]
    return []


def pip(words: list[str]) -> list[str]:
    """Extras and files have to exist, and packages are those that were looked at."""
    metadata = ConfigParser()
    metadata.read(ROOT / "setup.cfg")
    known = (
        {f".[{extra}]" for extra in metadata["options.extras_require"]} | {"."} | FOREIGN_PACKAGES
    )
    known |= {str(each.relative_to(ROOT)) for each in ROOT.glob("requirements/*.txt")}
    wanted = [each for each in words[1:] if not each.startswith("-")]
    return [f"pip can't install {each}" for each in wanted if each not in known]


def make(words: list[str]) -> list[str]:
    """Targets have to exist."""
    text = (ROOT / "Makefile").read_text()
    known = re.findall(r"^([\w-]+):", text, re.MULTILINE)
    known += [f"{name}=" for name in re.findall(r"\$\(([A-Z]+)\)", text)]
    named = [re.sub("(?<==).*", "", each) for each in words]
    return [f"make does not know {each}" for each in named if each not in known]


def systemctl(words: list[str]) -> list[str]:
    """Units have to be among ours, as files."""
    verb, *rest = [each for each in words if not each.startswith("-")]
    units = [each for each in rest if each not in FOREIGN_UNITS]
    wrong = [] if verb in VERBS else [f"systemctl has no {verb}"]
    return wrong + [f"there is no unit {each}" for each in units if not unit_is_there(each)]


def unit_is_there(unit: str) -> bool:
    """Tell whether systemd/ has the file of a unit, or of the template that it is made of."""
    name = re.sub(r"@[^.]*", "@", unit)
    return any((ROOT / "systemd" / f"{name}{suffix}").exists() for suffix in ("", ".service"))


def cp(words: list[str]) -> list[str]:
    """What is copied has to be there."""
    return [f"there is no {each}" for each in words[:-1] if not list(ROOT.glob(each))]


def python(words: list[str]) -> list[str]:
    """A module has to be importable, a script to be among the examples."""
    if words[0] == "-m":
        return [] if find_spec(words[1]) else [f"there is no module {words[1]}"]
    return [] if list(ROOT.glob(f"examples/*/{words[0]}")) else [f"there is no {words[0]}"]


def anything(_words: list[str]) -> list[str]:
    """Programs of others: what they are told is tried, or can't be."""
    return []


JUDGES: dict[str, Judge] = {
    "mqworker": ours,
    "pip": pip,
    "make": make,
    "systemctl": systemctl,
    "cp": cp,
    "python": python,
    "python3": python,
    **dict.fromkeys(
        (
            "apt-get",
            "aws",
            "cd",
            "curl",
            "docker",
            "ln",
            "export",
            "journalctl",
            "logger",
            "./make-secrets",
            "rabbitmqctl",
            "ssh",
            "systemd-sysusers",
            "systemd-tmpfiles",
        ),
        anything,
    ),
}
