"""Run a campaign, and say what came of it.

python -m tests.campaign --minutes 10 --seed 7
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from redis import Redis

from tests.campaign.campaign import Campaign
from tests.campaign.plan import Plan, plan
from tests.campaign.stores import Services
from tests.services import choice
from tests.services.scratch import Scratch, scratch_space


def main() -> int:
    """Run them; the exit status is 1 when the oracle found something."""
    arguments = parsed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # nothing is to be left behind
    logging.getLogger("mqworker").addHandler(logging.NullHandler())  # of the senders in here
    seconds = arguments.seconds or arguments.minutes * 60
    plans = [plan(seed, seconds) for seed in arguments.seed]
    if arguments.plan:
        for each in plans:
            show(each)
        return 0
    with scratch_space() as scratch, ExitStack() as stack:
        services = started(scratch, plans, stack)
        return max([run(each, services, arguments) for each in plans])


def run(meant: Plan, services: Services | None, arguments: argparse.Namespace) -> int:
    """Run one, tell what came of it, and return the exit status."""
    directory = arguments.directory / f"seed-{meant.seed}"
    number = 1
    while directory.exists():
        number += 1
        directory = arguments.directory / f"seed-{meant.seed}-{number}"
    made = Campaign(meant, directory, echo=not arguments.quiet)
    made.run(services_for(meant, services))
    tell(made)
    if arguments.results:
        with arguments.results.open("a") as file:
            file.write(json.dumps(made.result()) + "\n")
    return 1 if made.verdict.findings else 0


def services_for(meant: Plan, services: Services | None) -> Services | None:
    """Return what a plan needs of the services, as if they were new."""
    if services is None or meant.setup.memory == "embedded":
        return None
    services.rabbitmq.start()
    services.elasticsearch.start()
    if meant.setup.memory != "redis" or services.redis is None:
        return replace(services, redis=None)
    services.redis.start()
    with closing(Redis.from_url(services.redis.url)) as client:
        client.flushall()
    return services


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=3.0, help="how long events are sent")
    parser.add_argument("--seconds", type=float, default=0.0, help="the same, in seconds")
    new = random.SystemRandom().randrange(1, 100_000)
    parser.add_argument("--seed", type=int, nargs="+", default=[new], help="one after the other")
    parser.add_argument("--directory", type=Path, default=Path("build/campaign"))
    parser.add_argument("--plan", action="store_true", help="print the plan, and do nothing")
    parser.add_argument("--results", type=Path, help="a file that the result is added to")
    parser.add_argument("--quiet", action="store_true", help="print the verdict only")
    return parser.parse_args()


def started(scratch: Scratch, plans: Sequence[Plan], stack: ExitStack) -> Services | None:
    """Start the services that plans need; they end with the stack."""
    memories = {each.setup.memory for each in plans}
    if memories == {"embedded"}:
        return None
    rabbitmq = choice.rabbitmq_node(scratch)
    stack.callback(rabbitmq.lifecycle.discard)
    elasticsearch = choice.elasticsearch_node(scratch)
    stack.callback(elasticsearch.lifecycle.discard)
    redis = None
    if "redis" in memories:
        redis = choice.redis_node(scratch, {"appendfsync": "always"})
        stack.callback(redis.lifecycle.discard)
    return Services(rabbitmq, elasticsearch, redis)


def show(meant: Plan) -> None:
    """Print a plan."""
    say(f"seed {meant.seed}, {meant.seconds:g} s: {meant.setup}")
    for each in meant.faults:
        say(f"{each.at:8.2f}  {each.kind:12}{each.target:24}{each.lasting:6.2f} s  {each.how}")


def tell(made: Campaign) -> None:
    """Print what was done and found."""
    result, wanted = made.result(), made.plan
    for name, number in result["figures"].items():
        say(f"{name:24}{number:8}")
    say(f"{'faults done':24}{sum(result['faults'].values()):8}")
    say(f"ends of processes: {result['ends']}")
    for each in made.verdict.findings[:50]:
        say(f"FOUND {each.what}: {each.whom}: {each.told[:1500]}")
    verdict = f"{result['found']} findings" if result["found"] else "nothing found"
    say(f"seed {wanted.seed}: {verdict}; {made.directory}/timeline.html")
    if result["found"]:
        say(f"again: python -m tests.campaign --seed {wanted.seed} --seconds {wanted.seconds:g}")


def say(line: str) -> None:
    """Print a line at once: a campaign is long, and somebody watches it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
