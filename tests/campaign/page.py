"""The tables of docs/reliability.rst, out of the results of campaigns.

python -m tests.campaign.page     writes them into the page, between its marks
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.jsonl")
PAGE = Path(__file__).parents[2] / "docs" / "reliability.rst"
BEGIN, END = ".. campaigns begin\n", ".. campaigns end\n"

Result = dict[str, Any]

NAMES = {
    "kill worker-a": "SIGKILL of a supervisor or one of its two workers",
    "kill worker-b": "SIGKILL of a single worker",
    "kill intake": "SIGKILL of the intake",
    "kill rabbitmq": "SIGKILL of RabbitMQ",
    "kill elasticsearch": "SIGKILL of Elasticsearch",
    "kill redis": "SIGKILL of Redis",
    "stop": "RabbitMQ, Elasticsearch or Redis stopped in good order",
    "close": "every connection closed by RabbitMQ's administrator",
    "pause": "SIGSTOP of a worker or the intake for 1 to 12 s",
    "term": "SIGTERM of a worker or the intake",
    "reload": "SIGHUP of a worker or the intake",
    "clock": "the clock of a worker set, by 3 s to 5 hours, either way",
    "disk full": "the disk of the embedded memory full for 1 to 6 s",
    "cut": "a link's connections reset",
    "silence": "a link silent for 2 to 14 s, connections open",
    "delay": "a link delayed, 20 to 700 ms for each piece of data",
    "throttle": "a link throttled to 2 or 20 KB/s",
    "429": "Elasticsearch answers 429",
    "429 by item": "Elasticsearch answers 429 for each item",
    "503": "Elasticsearch answers 503",
    "413": "Elasticsearch answers 413 above 40 KB",
    "slow": "Elasticsearch answers late, by 0.5 to 4 s",
    "unanswered": "Elasticsearch does what it is asked, and its answer is lost",
}


def rendered(results: Sequence[Result]) -> str:
    """Return both tables, and the sums above them."""
    return "\n".join([*summary(results), "", *faults(results), "", *runs(results)]) + "\n"


def summary(results: Sequence[Result]) -> Iterable[str]:
    """Give the sums."""
    events, documents, bad = (
        total(results, name) for name in ("events", "documents", "bad inputs")
    )
    seeds = len({each["seed"] for each in results})
    minutes = sum(each["seconds"] for each in results) / 60
    took = sum(each["took_s"] for each in results) / 60
    count = sum(sum(each["faults"].values()) for each in results)
    dates = sorted({each["date"] for each in results})
    versions = sorted({each["version"] for each in results})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    yield f"{len(results)} campaigns over {seeds} seeds, {when}, version {', '.join(versions)}:"
    yield f"{minutes:.0f} minutes of faults ({took:.0f} with starts and drains), {count:,} faults,"
    yield f"{events:,} events of which {documents:,} became documents, {bad:,} bad inputs."


def total(results: Sequence[Result], name: str) -> int:
    """Add a figure up."""
    return sum(each["figures"][name] for each in results)


def faults(results: Sequence[Result]) -> list[str]:
    """Return how often each fault was injected."""
    counts: Counter[str] = Counter()
    for each in results:
        for name, number in each["faults"].items():
            counts[kind_of(name)] += number
    rows = [[NAMES[name], f"{counts[name]:,}"] for name in NAMES if counts[name]]
    return table(["Fault", "Times"], rows)


def kind_of(name: str) -> str:
    """Return under which name a fault is counted; `name` is its kind and its target."""
    kind = name.rpartition(" ")[0]
    return name if name in NAMES else kind


def runs(results: Sequence[Result]) -> list[str]:
    """Return what was found, run by run."""
    head = ["Seed", "Stores", "Faults", "Events", "Bad", "Amid", "Fills", "Lost", "Doubled"]
    head += ["Wrong", "Other"]
    rows = [row(each) for each in results]
    return table(head, rows)


def row(result: Result) -> list[str]:
    """Return a run."""
    figures = result["figures"]
    found: Counter[str] = Counter(each["what"] for each in result["findings"])
    wrong = found["wrong fill"] + found["changed"]
    rest = result["found"] - wrong - found["lost"] - found["doubled"]
    numbers = [
        *(sum(result["faults"].values()), figures["events"], figures["bad inputs"]),
        *(
            result["settled_amid_faults"],
            figures["fills"],
            found["lost"],
            found["doubled"],
            wrong,
            rest,
        ),
    ]
    return [str(result["seed"]), result["memory"], *(f"{number:,}" for number in numbers)]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table of reStructuredText."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = "  ".join("=" * width for width in widths)
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)).rstrip()
        for each in [head, *rows]
    ]
    return [rule, lines[0], rule, *lines[1:], rule]


def results() -> list[Result]:
    """Read the results."""
    return [json.loads(line) for line in RESULTS.read_text().splitlines()]


def with_tables(text: str, tables: str) -> str:
    """Return the page with the tables between its marks."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + "\n" + tables + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(), rendered(results())))
