"""Precision and recall of correlation on a stream whose truth is known.

python -m benchmarks.labelled --events 100000 --seed 7
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from benchmarks.labelled.judging import Judge, Judgment, Score
from benchmarks.labelled.oracle import Oracle, completed, see, shipped
from benchmarks.labelled.running import drain, stated_events
from benchmarks.labelled.stream import Stream, generate


def main() -> int:
    """Run it; the exit status is 1 when a document is otherwise than the rules say."""
    arguments = parsed()
    judgment, counts = judged(generate(arguments.events, arguments.seed), arguments.workers)
    if arguments.json:
        print(json.dumps(plain(judgment, counts), indent=2))
    else:
        print(f"{arguments.events} events, seed {arguments.seed}, {arguments.workers} worker(s)")
        print(f"worker: {counts}\n")
        print_fields(judgment)
        print_links(judgment)
        print_faults(judgment)
    return 1 if judgment.broken else 0


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=1, help="that share one memory")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def judged(stream: Stream, workers: int = 1) -> tuple[Judgment, dict[str, int]]:
    """Drain a stream through the worker; return how its documents are, and its counts."""
    documents, tally = drain(stream, workers)
    book = shipped()
    events = {name: (at, fields) for name, at, fields in stated_events(stream)}
    seen = {name: see(name, at, fields, book) for name, (at, fields) in events.items()}
    oracle = Oracle(seen.values(), book)
    expected = {
        name: completed(fields, oracle.answers(seen[name])) for name, (_, fields) in events.items()
    }
    counts: dict[str, int] = {name: number for name, number in tally.counts.items() if number}
    return Judge(stream, expected).judge(documents), counts


def print_fields(judgment: Judgment) -> None:
    """Print how well each field is filled."""
    print(
        f"{'field':24}{'lacking':>9}{'known':>8}{'ambig.':>8}{'hot':>5}{'filled':>8}{'wrong':>7}"
        f"{'precision':>11}{'recall':>9}{'of rules':>10}"
    )
    for name, score in sorted(judgment.fields.items()):
        print(
            f"{name:24}{score.lacking:9}{score.known:8}{score.ambiguous:8}{score.hot:5}"
            f"{score.right + score.wrong:8}{score.wrong:7}{score.precision:11.3%}"
            f"{score.recall_of_known:9.2%}{score.recall_of_rules:10.2%}"
        )


def print_links(judgment: Judgment) -> None:
    """Print how well is filled over each kind of link."""
    print(f"\n{'link':24}{'filled':>38}{'wrong':>7}{'precision':>11}{'':9}{'of rules':>10}")
    for name, score in sorted(judgment.links.items()):
        print(
            f"{name:24}{score.right + score.wrong:38}{score.wrong:7}{score.precision:11.3%}"
            f"{'':9}{score.recall_of_rules:10.2%}"
        )


def print_faults(judgment: Judgment) -> None:
    """Print what is wrong, and why."""
    print(f"\notherwise than the rules say: {judgment.broken}")
    print(f"stated, but not true (extraction): {sum(judgment.misstated.values())}")
    print("wrong fills that no rule could know:")
    for (name, why), number in judgment.causes.most_common():
        print(f"{number:8}  {name.removeprefix('details.'):16}{why}")


def plain(judgment: Judgment, counts: dict[str, int]) -> dict[str, object]:
    """Return a judgment as JSON has it."""
    return {
        "counts": counts,
        "fields": {name: measures(score) for name, score in judgment.fields.items()},
        "links": {name: measures(score) for name, score in judgment.links.items()},
        "broken": judgment.broken,
        "misstated": dict(judgment.misstated),
        "causes": [
            {"field": name, "why": why, "events": number}
            for (name, why), number in judgment.causes.most_common()
        ],
    }


def measures(score: Score) -> dict[str, float]:
    """Return a score with its ratios."""
    return {
        **asdict(score),
        "precision": score.precision,
        "recall_of_rules": score.recall_of_rules,
        "recall_of_known": score.recall_of_known,
    }


if __name__ == "__main__":
    sys.exit(main())
