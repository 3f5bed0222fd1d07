"""The configuration of MozDef's worker (`esworker_eventtask.conf`) -> ours.

MozDef reads `[options]` of an INI file; a variable `OPTIONS_<NAME>` takes the place of each, and a
value that begins with a bracket is a list of Python. Its worker declares one exchange and one
queue, both called `taskexchange`.

1. Every option of the file is carried over, or told why not: none is passed over in silence.
2. No password is in what comes out.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from configparser import ConfigParser, Error
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from mqworker.config.kinds import Unfit
from mqworker.config.settings import OPTIONS
from mqworker.core.errors import Misconfigured

SECTION = "options"
VARIABLE = "OPTIONS_"
PASSWORD_FILE = "/etc/mqworker/broker-password"  # noqa: S105 - a file's name
BROKER = {
    "mqprotocol": "amqp",
    "mqserver": "localhost",
    "mqport": "5672",
    "mqvhost": "/",
    "mquser": "guest",
    "mqpassword": "guest",
}
"""What the broker's URL is made of, with MozDef's defaults."""

WITHOUT = {
    "mqack": "mqworker acknowledges each message when it is stored, and has no other way",
    "eventexchange": "MozDef declares this exchange and publishes nothing to it",
    "esbulktimeout": "MozDef's worker ignores it; batch_age says how long a batch waits",
    "output": "mqworker logs to standard error, which systemd's journal keeps",
    "sysloghostname": "mqworker logs to standard error, which systemd's journal keeps",
    "syslogport": "mqworker logs to standard error, which systemd's journal keeps",
    "listen_host": "it is the intake's, not the worker's",
    **dict.fromkeys(
        ("region", "accesskey", "secretkey", "cloudtrail_arn", "sleep_time"),
        "it is the CloudTrail worker's, not this one's",
    ),
}
"""Options of MozDef that have no counterpart, and why."""


@dataclass(slots=True)
class Migration:
    """What came of a file.

    values: our options, as TOML has them, with the options of MozDef that they are made of.
    notes: what the reader has to know or to do.
    """

    values: dict[str, tuple[Any, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def take(self, name: str, value: Any, made_of: str) -> None:
        """Take a value, or note that ours can't be so."""
        option = OPTIONS[name]
        try:
            for each in value if option.repeatable else [value]:
                option.kind.accept(each)
        except Unfit:
            told = f"{made_of}: {option.kind.quote(value)} can't be {name}"
            self.notes.append(f"{told}, which is {option.kind.expects}")
        else:
            self.values[name] = value, made_of


def migrate(text: str, environ: Mapping[str, str]) -> Migration:
    """Return our configuration.

    Args:
        text: what the file holds.
        environ: the environment that MozDef's worker ran in.

    Raises:
        Misconfigured: it is no such file.
    """
    given = read(text, environ)
    made = Migration()
    for carry in (carry_broker, carry_queue, carry_sink, carry_flow):
        carry(given, made)
    for name in sorted(given.keys() - CARRIED):
        why = WITHOUT.get(name, "this option of MozDef is not known here: left out")
        made.notes.append(f"{name}: {why}")
    made.notes += ALWAYS
    return made


def read(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return MozDef's options by name.

    Raises:
        Misconfigured: it is no such file.
    """
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except Error as error:
        raise Misconfigured(f"it is no INI file: {' '.join(str(error).split())}") from error
    if not parser.has_section(SECTION):
        raise Misconfigured(f"it has no section [{SECTION}]: it is no configuration of MozDef")
    given = dict(parser.items(SECTION))
    known = {*given, *CARRIED}
    return given | {
        name: environ[variable]
        for name in sorted(known)
        if (variable := f"{VARIABLE}{name.upper()}") in environ
    }


def carry_broker(given: Mapping[str, str], made: Migration) -> None:
    """Make the broker's URL; the password goes into a file of its own."""
    told = BROKER | {name: given[name] for name in BROKER if name in given}
    user, vhost = quote(told["mquser"], safe=""), quote(told["mqvhost"], safe="")
    where = f"{told['mqserver']}:{told['mqport']}/{vhost}"
    if (told["mquser"], told["mqpassword"]) == ("guest", "guest"):
        made.take("broker", [f"{told['mqprotocol']}://guest:guest@{where}"], "mqserver …")
        return
    made.take("broker", [f"{told['mqprotocol']}://{user}@{where}"], "mqserver, mquser …")
    made.take("broker_password_file", PASSWORD_FILE, "mqpassword")
    made.notes.append(
        f"mqpassword: write it into {PASSWORD_FILE}, readable for mqworker's user alone"
    )
    if told["mqprotocol"] == "amqps":
        made.notes.append(
            "mqprotocol: MozDef does not check the broker's certificate, mqworker does; name its "
            "authority with broker_ca_file where the system does not know it"
        )


def carry_queue(given: Mapping[str, str], made: Migration) -> None:
    """Take the queue, which is called like its exchange."""
    name = given.get("taskexchange", "eventtask")
    made.take("queue", [name], "taskexchange")
    made.take("exchange", [name], "taskexchange")


def carry_sink(given: Mapping[str, str], made: Migration) -> None:
    """Take Elasticsearch's addresses."""
    made.take("sink", listed(given.get("esservers", "http://localhost:9200")), "esservers")
    if "mozdefhostname" in given:
        made.take("hostname", given["mozdefhostname"], "mozdefhostname")


def carry_flow(given: Mapping[str, str], made: Migration) -> None:
    """Take prefetch and batches; ours has to hold a batch at least."""
    bulk = number(given, "esbulksize", made)
    prefetch = number(given, "prefetch", made)
    if prefetch:
        made.take("prefetch", max(prefetch, bulk or 0), "prefetch")
        if not bulk:
            made.take("batch_count", min(prefetch, OPTIONS["batch_count"].default), "prefetch")
    if bulk:
        made.take("batch_count", bulk, "esbulksize")


def number(given: Mapping[str, str], name: str, made: Migration) -> int | None:
    """Return an option that is a number; None, and a note, when it is none."""
    if name not in given:
        return None
    try:
        return int(given[name])
    except ValueError:
        made.notes.append(f"{name}: {given[name]!r} is no number: left out")
        return None


def listed(text: str) -> list[str]:
    """Return a list that was written with commas, or as Python does."""
    if text.startswith("["):
        try:
            return [str(each) for each in ast.literal_eval(text)]
        except (ValueError, SyntaxError):
            return [text]
    return [part.strip().rstrip("/") for part in text.split(",") if part.strip()]


CARRIED = frozenset(
    {*BROKER, "taskexchange", "esservers", "mozdefhostname", "esbulksize", "prefetch"}
)

ALWAYS = (
    "timezone: a time without a zone is one of the machine's for MozDef, and of UTC for mqworker",
    "docs/migration.rst tells what else differs, and in which order to change over",
)
