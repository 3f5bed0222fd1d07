"""The table in docs/shippers.rst: what was tried, and what came out, row by row.

`python -m tests.shippers` runs the tests and writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parents[2] / "docs" / "shippers.rst"
BEGIN, END = ".. begin of what the tests wrote\n", ".. end of what the tests wrote\n"
WRITE = "WRITE_SHIPPERS_TABLE"

TITLES = ("Shipper", "Tried with", "Way in", "Answers", "Stored", "Sent twice", "Known of it")
NAMED = {
    "hostname": "host",
    "processname": "program",
    "processid": "pid",
    "severity": "severity",
    "category": "category",
}
IN_DETAILS = {"username": "user", "sourceipaddress": "address"}
NOTHING = {"UNKNOWN", "", "-", None}


class Row(NamedTuple):
    """What became of one way of sending; `twice`: documents when all of it is sent once more."""

    shipper: str
    tried: str
    way: str
    answers: str
    stored: str
    twice: str
    known: str


def known(documents: list[dict[str, Any]]) -> str:
    """Return which fields at least one document has, beside its time and summary."""
    found = [
        word
        for name, word in NAMED.items()
        if any(document[name] not in NOTHING for document in documents)
    ]
    found += [
        word
        for name, word in IN_DETAILS.items()
        if any(document["details"].get(name) for document in documents)
    ]
    return ", ".join(found)


def render(rows: list[Row]) -> str:
    """Return the table in reStructuredText."""
    cells = [TITLES, *sorted(rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(TITLES))]
    ruler = "  ".join("=" * width for width in widths)
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([ruler, lines[0], ruler, *lines[1:], ruler, ""])


def committed() -> str:
    """Return the table that the document holds."""
    return FILE.read_text().partition(BEGIN)[2].partition(END)[0].strip("\n") + "\n"


def write(table: str) -> None:
    """Put a table in the place of the document's."""
    before, _, rest = FILE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    FILE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


def wanted() -> bool:
    """Tell whether the table shall be written rather than compared."""
    return os.environ.get(WRITE) == "1"
