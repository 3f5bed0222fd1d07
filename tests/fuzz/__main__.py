"""Fuzz one target: `python -m tests.fuzz TARGET --minutes 10 --corpus DIRECTORY`.

It needs atheris (`pip install '.[fuzz]'`), which brings libFuzzer. What it finds is written as a
file `crash-…` into the corpus; `python -m tests.fuzz.corpus` keeps it, so that it stays mended.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import sys
from pathlib import Path

import atheris

from tests.fuzz import corpus

MEMORY_MB = 2048
SECONDS_PER_INPUT = 20


def main() -> None:
    """Fuzz until the time is over, or something is found."""
    arguments = read_arguments()
    with atheris.instrument_imports(include=["mqworker", "dateutil", "jsonschema"]):
        targets = importlib.import_module("tests.fuzz.targets")
    seeds = importlib.import_module("tests.fuzz.seeds")
    arguments.corpus.mkdir(parents=True, exist_ok=True)
    for seed in (*seeds.seeds(arguments.target), *corpus.kept(arguments.target)):
        name = hashlib.sha1(seed, usedforsecurity=False).hexdigest()
        (arguments.corpus / name).write_bytes(seed)
    flags = [
        f"-max_total_time={round(arguments.minutes * 60)}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-timeout={SECONDS_PER_INPUT}",
        "-max_len=20000",
        "-print_final_stats=1",
        f"-artifact_prefix={arguments.corpus}/",
        str(arguments.corpus),
    ]
    atheris.Setup([sys.argv[0], *flags], targets.TARGETS[arguments.target])
    atheris.Fuzz()


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Fuzz one target.")
    parser.add_argument("target", choices=["message", "record", "line", "request", "headers"])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--corpus", type=Path, required=True, help="what is kept between runs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
