"""Which of the events that go by are to be shown: those whose fields have some values.

Most are not, and that has to be cheap to know: a document that does not hold a value's text
anywhere is not even read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mqworker.core.message import Document
from mqworker.core.privacy import found, texts

OF_DOCUMENT = ("_id", "_index")


@dataclass(frozen=True, slots=True)
class Where:
    """What to show: every field has to have its value.

    clauses: the way to a field, and the value as text. needles: what a document's JSON must hold.
    """

    clauses: tuple[tuple[tuple[str, ...], str], ...] = ()
    needles: tuple[bytes, ...] = ()

    def pick(self, document: Document) -> dict[str, Any] | None:
        """Return a document's fields if it is to be shown, else None."""
        for needle in self.needles:
            if needle not in document.source:
                return None
        fields: dict[str, Any] = orjson.loads(document.source)
        about = {**fields, "_id": document.id, "_index": document.index_name}
        for way, value in self.clauses:
            if value not in texts(found(about, list(way))):
                return None
        return fields


def where(wanted: Mapping[str, str]) -> Where:
    """Return what picks events, by the names of fields: `details.user`, or a top-level one."""
    clauses = tuple((tuple(name.split(".")), value) for name, value in wanted.items())
    needles = tuple(
        orjson.dumps(value)[1:-1]
        for name, value in wanted.items()
        if name not in OF_DOCUMENT and not is_number(value)
    )
    return Where(clauses, needles)


def is_number(text: str) -> bool:
    """Tell whether a text may stand for a number, which JSON may write in several ways."""
    try:
        float(text)
    except ValueError:
        return False
    return True
