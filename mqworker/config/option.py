"""How an option is declared: as a dataclass field, with what its documentation is made of.

    batch_count: int = option(whole(), "Documents in one bulk request, at most.", 1000)

declares the TOML key `batch_count`, the flag `--batch-count`, the variable `MQWORKER_BATCH_COUNT`
and a paragraph of the manual.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from mqworker.config.kinds import FLAG, Kind

PREFIX = "MQWORKER_"


@dataclass(frozen=True, slots=True)
class Option:
    """One option as declared.

    doc: what it does, in sentences.
    default: its value when nobody gave one; `usual` says it in words where it is no constant.
    repeatable: it is a list; as a flag it is given several times.
    """

    name: str
    kind: Kind
    doc: str
    default: Any
    usual: str | None
    repeatable: bool

    @property
    def key(self) -> str:
        """The TOML key with hyphens, which is accepted too."""
        return self.name.replace("_", "-")

    @property
    def flag(self) -> str:
        """The command line flag."""
        return f"--{self.key}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"{PREFIX}{self.name.upper()}"

    @property
    def is_switch(self) -> bool:
        """Whether it is a flag without a value, with a `--no-` twin."""
        return self.kind is FLAG

    @property
    def default_in_toml(self) -> Any:
        """The default as a TOML file holds it; no default holds a secret, so none is masked."""
        return list(self.default) if self.repeatable else self.show(self.default)

    @property
    def default_shown(self) -> str:
        """The default, for people."""
        if self.usual is not None:
            return self.usual
        shown = self.show(self.default)
        if isinstance(shown, list):
            return " ".join(shown) or "none"
        return str(shown).lower() if isinstance(shown, bool) else str(shown)

    def show(self, value: Any) -> Any:
        """Return a value as a TOML file would hold it, without secrets; None is not given."""
        if value is None:
            return None
        if self.repeatable:
            return [self.kind.show(item) for item in value]
        return self.kind.show(value)


def option(kind: Kind, doc: str, default: Any, *, usual: str | None = None) -> Any:
    """Declare an option; with a tuple as default it is repeatable."""
    return declare(kind, doc, usual, repeatable=isinstance(default, tuple), default=default)


def computed(kind: Kind, doc: str, default: Callable[[], Any], *, usual: str) -> Any:
    """Declare an option whose default is found out when it is needed."""
    return declare(kind, doc, usual, repeatable=False, default_factory=default)


def optional(kind: Kind, doc: str, *, usual: str = "none") -> Any:
    """Declare an option that need not have a value."""
    return declare(kind, doc, usual, repeatable=False, default=None)


def declare(kind: Kind, doc: str, usual: str | None, *, repeatable: bool, **default: Any) -> Any:
    """Make the dataclass field of an option."""
    about = {"kind": kind, "doc": doc, "usual": usual, "repeatable": repeatable}
    return field(metadata={"option": about}, kw_only=True, **default)


def options_of(section: type[Any]) -> tuple[Option, ...]:
    """Return the options that a dataclass declares, in order."""
    return tuple(
        Option(name=one.name, default=None if one.default is MISSING else one.default, **about)
        for one in fields(section)
        if (about := one.metadata.get("option"))
    )
