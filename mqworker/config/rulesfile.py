"""The file of correlation's rules: TOML -> Rules, every problem told with its rule and key.

docs/rules.rst explains the format, and correlation.toml beside this module is the shipped file.

1. A file is taken whole or not at all, and in place of the shipped one.
2. A user name or an address makes no link by itself: behind one address, and in one account, there
   are several people.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path as File

from mqworker.config.kinds import Kind, Unfit, choice, text, whole
from mqworker.config.quantities import duration, whole_duration
from mqworker.config.suggest import closest
from mqworker.config.table import Table, read_toml
from mqworker.core.correlation.rules import Condition, Path, Rule, Rules, path
from mqworker.core.errors import Misconfigured
from mqworker.core.synonyms import SYNONYMS

VERSION = 1
"""Of the format; another number is another format."""

SHIPPED = "correlation.toml"
DAY = 86_400.0
TOP_LEVEL = tuple(sorted({*SYNONYMS, "type"} - {"tags", "time"}))
"""The canonical event's fields that hold one text each."""

PEOPLE_SHARE = re.compile(r"(details\.)?(username|\w*ipaddress)")


def field_path(value: object) -> Path:
    """Accept the name of a field.

    Raises:
        Unfit: an event has no such field.
    """
    if not isinstance(value, str):
        raise Unfit
    where = path(value)
    if not where.in_details and value not in TOP_LEVEL:
        raise Unfit(closest(value, (*TOP_LEVEL, f"details.{value}")))
    if not re.fullmatch(r"[^\s.]+", where.name):
        raise Unfit("an object within details has no fields here")
    return where


def word(value: object) -> str:
    """Accept what a field may be compared with: text, or a whole number as text.

    Raises:
        Unfit: it is neither.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).strip():
        raise Unfit
    return str(value)


def rule_name(value: object) -> str:
    """Accept what a rule may be called.

    Raises:
        Unfit: it has other characters, or too many.
    """
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", value):
        raise Unfit
    return value


FIELD = Kind("FIELD", "a field such as details.sessionid or hostname", field_path)
WORD = Kind("WORD", "text", word)
NAME = Kind("NAME", "a name of up to 32 of a-z, 0-9, - and _", rule_name)
WINDOW = duration(0, DAY)
DEFAULTS = Rules(())


def load_rules(file: File | None = None) -> Rules:
    """Read the rules, the shipped ones when no file is named.

    Raises:
        Misconfigured: they can't be used; each line of its text is one problem.
    """
    where = file or resources.files("mqworker.config").joinpath(SHIPPED)
    problems: list[str] = []
    rules = read_rules(Table("", read_toml(where), problems))
    if problems:
        raise Misconfigured("\n".join(f"{where}: {problem}" for problem in problems))
    return rules


def read_rules(table: Table) -> Rules:
    """Return what a whole file says; it is of use only when no problem was noted."""
    version = table.take("version", whole(1))
    if version not in (VERSION, None):
        table.note("version", f"this mqworker reads version {VERSION}, not {version}")
    if version != VERSION:
        return Rules(())
    identity = table.take_list("identity", FIELD)
    bucket_s = table.take("bucket", whole_duration(1, 3600), DEFAULTS.bucket_s) or 1
    late = table.take("lateness", duration(0, 7 * DAY), DEFAULTS.lateness * DEFAULTS.bucket_s) or 0
    max_hops = table.take("max_hops", whole(1, 10), DEFAULTS.max_hops)
    hot = table.take("hot", whole(2), DEFAULTS.hot)
    candidates = table.take("candidates", whole(1, 100), DEFAULTS.most_candidates)
    rules: dict[str, Rule] = {}
    for inner in table.tables("rule"):
        rule = read_rule(inner, identity, bucket_s)
        if rule.name in rules:
            inner.note("name", "another rule has this name")
        rules[rule.name] = rule
    table.finish()
    return Rules(identity, rules, bucket_s, buckets(late, bucket_s), max_hops, hot, candidates)


def read_rule(table: Table, identity: tuple[Path, ...], bucket_s: int) -> Rule:
    """Return the rule in a table."""
    name = table.take("name", NAME)
    if name:
        table.place = f"rule {name}"
    fields = table.take_list("fields", FIELD)
    scope = table.take_list("scope", FIELD, ())
    below = table.take("scope_below", whole(1, 1000), None)
    if below and not scope:
        table.note("scope_below", "there is no scope")
    if len(shared := {*fields, *scope} - {Path(False, "hostname")}) == 1:
        forbid_shared(table, *shared)
    carried = choice(*map(str, identity)) if identity else FIELD
    carries = {str(one) for one in table.take_list("carries", carried)}
    before, after = table.take("before", WINDOW), table.take("after", WINDOW)
    conditions = (*read_only(table), *read_never(table))
    table.finish()
    return Rule(
        name or table.place,
        fields,
        frozenset(number for number, one in enumerate(identity) if str(one) in carries),
        buckets(before or 0, bucket_s),
        buckets(after or 0, bucket_s),
        scope,
        below,
        conditions,
    )


def forbid_shared(table: Table, field: Path) -> None:
    """Note that a link's only field is one that strangers share."""
    if PEOPLE_SHARE.fullmatch(str(field)):
        table.note("fields", f"{field} alone is no link: several people may share one")


def buckets(seconds: float, bucket_s: int) -> int:
    """Return how many whole buckets hold a duration."""
    return math.ceil(seconds / bucket_s)


def read_only(rule: Table) -> Iterator[Condition]:
    """Give the conditions of [[rule.only]]."""
    for table in rule.tables("only"):
        where, words = table.take("field", FIELD), table.take_list("is", WORD)
        table.finish(rule.values)
        if where and words:
            yield Condition(where, any_of=frozenset(words))


def read_never(rule: Table) -> Iterator[Condition]:
    """Give the conditions of [[rule.never]]."""
    for table in rule.tables("never"):
        if "present" in table.values:
            yield from read_absent(table)
        else:
            yield from read_banned(table)
        table.finish(rule.values)


def read_absent(table: Table) -> Iterator[Condition]:
    """Give the conditions that some fields hold nothing."""
    for where in table.take_list("present", FIELD):
        yield Condition(where, absent=True)
    for key in ("field", "is", "starts_with"):
        if table.values.get(key) is not None:
            table.asked.append(key)
            table.note(key, "it needs a [[rule.never]] of its own: there is present in this one")


def read_banned(table: Table) -> Iterator[Condition]:
    """Give the condition that a field is, or starts with, nothing of a list."""
    where = table.take("field", FIELD)
    words = table.take_list("is", WORD, ())
    prefixes = table.take_list("starts_with", text(), ())
    if not {"is", "starts_with"} & {*table.values}:
        table.note("", "expected is, starts_with or present")
    if where and (words or prefixes):
        yield Condition(where, none_of=frozenset(words), no_prefix=prefixes)
