"""A rule, and the link that it makes of an event."""

from mqworker.core.correlation.linking import SEPARATOR, Linker
from mqworker.core.correlation.rules import Rule, path

IDENTITY = (path("details.sourceipaddress"), path("details.username"))


def link_of(rule, fields, stated=(None, None)):
    """Return the values of the link that a rule makes, None when it makes none."""
    event = {"details": {}, **fields}
    made = Linker(rule, IDENTITY).link(event, event["details"], stated)
    return made and made.split(SEPARATOR)


def rule(*fields, **more):
    return Rule("r", tuple(map(path, fields)), frozenset({0}), 1, 1, **more)
