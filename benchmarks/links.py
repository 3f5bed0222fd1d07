"""What it costs to read links and identity out of an event: `python -m benchmarks.links [RULES]`.

Of each of many small parts of the stream the fastest of several runs counts: what other programs do
on the machine meanwhile is left out.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mqworker.config.rulesfile import load_rules
from mqworker.core.addresses import read_address
from mqworker.core.correlation.linking import Linker
from mqworker.core.correlation.rules import Rules
from mqworker.core.correlation.sighting import Sighter

EVENTS = 10_000
PART = 250
RUNS = 20
PROGRAMS = ["sshd"] * 4 + ["nginx"] * 2 + ["ldapadmin", "passwd", "idp", "gunicorn"]

Fields = dict[str, Any]


def login(chance: random.Random) -> Fields:
    """Return an event with the fields of a login."""
    details: Fields = {
        "eventid": f"e{chance.randrange(10**9):09}",
        "sourceipaddress": f"192.0.{chance.randrange(256)}.{chance.randrange(256)}",
        "sourceport": chance.randrange(1024, 65536),
        "destinationipaddress": f"198.51.100.{chance.randrange(256)}",
        "username": f"user{chance.randrange(5000)}",
        "sessionid": f"{chance.getrandbits(128):032x}",
        "success": True,
        "useragent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "authmethod": "password",
        "result": "login succeeded",
    }
    if chance.random() < 0.12:
        details["traceid"] = f"{chance.getrandbits(128):032x}"
    return {
        "hostname": f"host{chance.randrange(400)}.example.com",
        "processname": chance.choice(PROGRAMS),
        "processid": str(chance.randrange(300, 65000)),
        "summary": f"{details['username']} login succeeded from {details['sourceipaddress']}",
        "details": details,
    }


def fastest_us(work: Callable[[Fields], object], parts: Sequence[Sequence[Fields]]) -> float:
    """Return microseconds for an event."""
    best = [float("inf")] * len(parts)
    for _ in range(RUNS):
        for number, part in enumerate(parts):
            for fields in part:  # as normalization leaves it: the addresses have just been read
                read_address(fields["details"]["sourceipaddress"])
            start = time.perf_counter()
            for fields in part:
                work(fields)
            best[number] = min(best[number], time.perf_counter() - start)
    return sum(best) / EVENTS * 1e6


def measure(rules: Rules, parts: Sequence[Sequence[Fields]]) -> None:
    """Print the cost of all rules together, and of each."""
    sighter = Sighter(rules)

    def see(fields: Fields) -> int:
        return len(sighter.links(fields, sighter.stated(fields)))

    made = sum(see(fields) for part in parts for fields in part) / EVENTS
    nothing = fastest_us(lambda _: None, parts)
    print(f"links and identity  {fastest_us(see, parts) - nothing:5.2f} us, {made:.1f} links")
    print(f"identity            {fastest_us(sighter.stated, parts) - nothing:5.2f} us")
    unstated = (None,) * len(rules.identity)
    for name in sorted(rules.rules):
        linker = Linker(rules.rules[name], ())

        def one(fields: Fields, linker: Linker = linker) -> None:
            linker.link(fields, fields["details"], unstated)

        print(f"  {name:<17} {fastest_us(one, parts) - nothing:5.2f} us")


if __name__ == "__main__":
    dice = random.Random(7)
    stream = [login(dice) for _ in range(EVENTS)]
    measure(
        load_rules(Path(sys.argv[1]) if sys.argv[1:] else None),
        [stream[start : start + PART] for start in range(0, EVENTS, PART)],
    )
