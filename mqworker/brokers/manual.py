"""The table in docs/brokers.rst, from `mqworker.brokers.transports`.

Run `python -m mqworker.brokers.manual` after a transport changed, and put what it writes into the
page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from mqworker.brokers.transports import TRANSPORTS, Transport

HEAD = (
    "Transport",
    "The broker crashes: left is",
    "A worker is killed: its messages come back",
    "A publish returned: the message is",
    "Can lose",
    "Needs",
)


def table() -> str:
    """Return the table of all transports, as reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", "", *row(HEAD)]
    for transport in TRANSPORTS:
        lines += row(cells(transport))
    return "\n".join(lines) + "\n"


def row(texts: Iterable[str]) -> Iterator[str]:
    """Write one row."""
    return (f"   {'  ' if position else '* '}- {text}" for position, text in enumerate(texts))


def cells(transport: Transport) -> tuple[str, ...]:
    """Return the row of a transport."""
    schemes = ", ".join(f"``{scheme}``" for scheme in transport.schemes)
    return (
        f"{schemes} ({'tested' if transport.tested else 'read'})",
        transport.durable,
        transport.returns,
        transport.confirmed,
        "yes, warned" if transport.loss else "no",
        f"``{transport.package}``" if transport.package else "nothing more",
    )


def examples() -> str:
    """Return a list of URLs, one for each transport."""
    return "\n".join(f"* ``{each.example}``" for each in TRANSPORTS) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table() + "\n" + examples())
