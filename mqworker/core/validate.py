"""The verdict of one schema on one event, and why.

1. jsonschema-rs decides. jsonschema only explains, and where it finds nothing wrong with a refused
   event, the event stays refused and the reason says so.
2. An event with any number of errors is explained in bounded time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jsonschema import ValidationError
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator

from mqworker.core.display import printable, show
from mqworker.core.message import Refusal
from mqworker.core.pointer import pointer_to
from mqworker.core.wording import demand, sentence

MOST_ERRORS = 100
"""How many errors of an event are looked at to find the one to tell."""

BEYOND_JSONSCHEMA = (ArithmeticError, RecursionError, ValueError)
"""What jsonschema raises for values that it can't judge, as numbers beyond floating point."""


@dataclass(frozen=True, slots=True)
class Schema:
    """One event type: `is_valid` decides, `explainer` tells why not.

    `is_valid` raises ValueError for what is no JSON, as a lone surrogate.
    """

    name: str
    document: Mapping[str, Any]
    categories: tuple[str, ...]
    is_valid: Callable[[Any], bool]
    explainer: Validator

    @property
    def title(self) -> str:
        """What people call the event type."""
        return str(self.document.get("title", self.name))

    def accepts(self, fields: Mapping[str, Any]) -> bool:
        """Return whether the event satisfies the schema."""
        try:
            return self.is_valid(fields)
        except ValueError:
            return False

    def refusal(self, fields: Mapping[str, Any]) -> Refusal:
        """Return what is most wrong with an event that the schema does not accept."""
        try:
            error = best_match(self._errors(fields))
        except BEYOND_JSONSCHEMA:
            error = None
        return self._unexplained(fields) if error is None else self._explained(error)

    def refusals(self, fields: Mapping[str, Any], limit: int) -> list[Refusal]:
        """Return at most `limit` things that are wrong with an event that is not accepted."""
        try:
            told = dict.fromkeys(map(self._explained, self._errors(fields)))
        except BEYOND_JSONSCHEMA:
            told = {}
        return list(islice(told, limit)) or [self._unexplained(fields)]

    def _errors(self, fields: Mapping[str, Any]) -> Iterator[ValidationError]:
        return islice(self.explainer.iter_errors(fields), MOST_ERRORS)

    def _explained(self, error: ValidationError) -> Refusal:
        keyword, expected = demand(error)
        return Refusal(
            stage="validate",
            reason=sentence(error, keyword, expected),
            pointer=pointer_to(error.absolute_path),
            keyword=keyword,
            expected=expected,
            value=show(error.instance),
            schema=self.name,
        )

    def _unexplained(self, fields: Mapping[str, Any]) -> Refusal:
        reason = "jsonschema-rs refuses the event, and jsonschema, which explains, finds nothing"
        try:
            self.is_valid(fields)
        except ValueError as error:
            reason = f"the event can't be stored as JSON: {error}"
        return Refusal("validate", printable(reason), value=show(fields), schema=self.name)
