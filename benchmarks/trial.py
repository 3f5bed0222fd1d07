"""One measured run of a worker, in a process of its own: `python -m benchmarks.trial JSON`.

It prints a line when it is ready, begins when it reads one, and then prints what was measured.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from benchmarks.parts import ForgetfulSink, ListSource, NoPublisher
from benchmarks.sessions import Shape, Stream, generate
from mqworker.config.extractors import load_extractors
from mqworker.config.rulesfile import load_rules
from mqworker.config.schemafiles import load_schemas
from mqworker.core.batch import BatchPolicy
from mqworker.core.correlation.rules import Rules
from mqworker.core.deadletter import Grave
from mqworker.core.extract import Extraction
from mqworker.core.naming import Naming
from mqworker.core.pace import Pace
from mqworker.core.policy import Policy
from mqworker.garbage import Garbage
from mqworker.memories.process import ProcessMemory
from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from mqworker.memories.sqlite import SqliteMemory
from mqworker.ports import Memory
from mqworker.telemetry import Tally
from mqworker.worker import Parts, Worker


@dataclass(frozen=True, slots=True)
class Trial:
    """What is run.

    shape: the stream. memory: "" for a worker without correlation and extraction, "process",
        "redis://…#key" or a file's name.
    share, shares: this worker takes each `shares`-th message only, from number `share`.
    documents: the file that several workers have as their store.
    profile: a file to write a profile to.
    """

    shape: Shape = field(default_factory=Shape)
    memory: str = ""
    batch: int = 1000
    share: int = 0
    shares: int = 1
    documents: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took: seconds of CPU, user and system together; when it began and ended; counts.

    grown: by how many bytes the process's own memory has grown.
    """

    events: int
    cpu_s: float
    began: float
    ended: float
    grown: int
    counts: dict[str, int]
    reads: int
    replaced: int


def measure(trial: Trial) -> Measured:
    """Run a worker over its share of a stream until all is settled."""
    worker, source, sink = assemble(trial, generate(trial.shape))
    worker.correlating.load()
    Garbage().begin()  # as the daemon does; the stream is frozen with it
    print("ready", flush=True)
    sys.stdin.readline()
    before, cpu, began = own_bytes(), cpu_seconds(), time.time()
    run(worker, source, trial.profile)
    cpu, ended = cpu_seconds() - cpu, time.time()
    return Measured(
        len(source.messages),
        cpu,
        began,
        ended,
        own_bytes() - before,
        {name: number for name, number in worker.tally.counts.items() if number},
        sink.reads,
        sink.replaced,
    )


def assemble(trial: Trial, stream: Stream) -> tuple[Worker, ListSource, ForgetfulSink]:
    """Return a worker, and what it reads from and writes to."""
    rules = load_rules() if trial.memory else Rules(())
    extraction = Extraction(load_extractors() if trial.memory else ())
    policy = Policy(load_schemas(()), naming=Naming(days_back=36500), extraction=extraction)
    source = ListSource(stream.messages[trial.share :: trial.shares])
    sink = ForgetfulSink(stream.lacking, trial.documents)
    memory = open_memory(trial.memory, rules)
    parts = Parts(source, sink, NoPublisher(), Grave("eventtask"), memory, rules)
    return Worker(parts, policy, Pace(batch=BatchPolicy(count=trial.batch)), Tally()), source, sink


def open_memory(name: str, rules: Rules) -> Memory:
    """Return a memory."""
    identity = rules.names
    if name in {"", "process"}:
        return ProcessMemory()
    if name.startswith("redis:"):
        url, _, key = name.partition("#")
        return RedisMemory(RedisMemoryOptions(url, key), identity)
    return SqliteMemory(Path(name), identity)


def run(worker: Worker, source: ListSource, profile: str = "") -> None:
    """Take turns until every message is settled."""
    if profile:
        import cProfile  # noqa: PLC0415 - only wanted here

        profiler = cProfile.Profile()
        profiler.runcall(run, worker, source)
        profiler.dump_stats(profile)
        return
    while source.settled < len(source.messages):
        worker.turn()


def cpu_seconds() -> float:
    """Return the CPU time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def own_bytes() -> int:
    """Return the memory of this process that it shares with none."""
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def main() -> None:
    """Run the trial that is asked for, and print what was measured."""
    asked: dict[str, Any] = orjson.loads(sys.argv[1])
    asked["shape"] = Shape(**asked["shape"])
    print(orjson.dumps(asdict(measure(Trial(**asked)))).decode())


if __name__ == "__main__":
    main()
