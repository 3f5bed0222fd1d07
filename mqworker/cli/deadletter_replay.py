"""`mqworker deadletter replay`: dead letters put back into their queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Literal

import click

from mqworker.cli.display import echo_json
from mqworker.cli.editing import edit_letter
from mqworker.cli.letters import look_through, progress, selecting, told
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.status import BAD_DATA, DONE, complain
from mqworker.config.broker import BrokerOptions
from mqworker.config.events import EventOptions
from mqworker.config.settings import Settings
from mqworker.core.errors import MqworkerError
from mqworker.core.letter import Key, Letter, Selection
from mqworker.core.policy import Policy
from mqworker.core.replay import Forecast, Plan, foresee
from mqworker.core.toll import Toll
from mqworker.replaying import Replay
from mqworker.wiring.dead_letters import counter, open_returns, open_shelf
from mqworker.wiring.policy import build_policy

Prospect = Forecast | Literal["worn"]

WORDS: dict[Prospect, str] = {
    "passes": "would be taken",
    "unsure": "would be taken up to the sink, which refused them",
    "partly": "would be taken in part",
    "refused": "would be refused again",
    "worn": "were put back too often: see --most-replays",
}
MOST_EDITED = 100


@click.command()
@configured(BrokerOptions, EventOptions, services={"broker"})
@json_option("Print a JSON object: how many letters were put back, or would be taken.")
@click.option("--dry-run", is_flag=True, help="Tell what would become of them. Read only.")
@click.option(
    "--edit",
    is_flag=True,
    help=f"Open each body in $EDITOR first (at most {MOST_EDITED}); put back what was changed.",
)
@click.option("--passing", is_flag=True, help="Only those that would be taken now.")
@click.option("-n", "--limit", type=click.IntRange(1), help="How many at most.  [default: all]")
@click.option(
    "--rate",
    type=click.FloatRange(0.1, 100_000),
    default=200,
    show_default=True,
    help="Messages in a second, at most.",
)
@click.option(
    "--most-replays",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Leave what was put back this often before.",
)
@selecting
def replay(
    configuration: Configuration,
    *,
    selection: Selection,
    rate: float,
    as_json: bool,
    **wish: Any,
) -> int:
    """Put dead letters back into the queue that they died in, the oldest first.

    Each keeps its identity: what is stored already is not stored twice, and of a message of
    several events only those that failed are taken. It is put back confirmed before its letter is
    removed, so that it can be interrupted at any point; start it again then.

    With --dry-run and --edit, what would become of a letter is told by the configuration and the
    schemas that this command is given; what the sink would say to it is not known before.
    """
    settings = configuration.settings
    policy = build_policy(settings)
    passing = policy if wish["passing"] else None
    plan = Plan(
        settings.first_queue, selection, wish["most_replays"], wish["limit"], passing=passing
    )
    if wish["dry_run"]:
        return forecast(settings, plan, policy, as_json=as_json)
    if wish["edit"]:
        plan.edited = edited_bodies(settings, plan, policy)
    return put_back(settings, plan, rate, as_json=as_json)


def forecast(settings: Settings, plan: Plan, policy: Policy, *, as_json: bool) -> int:
    """Tell what would become of letters."""
    tolls: dict[Prospect, Toll] = {}
    for letter in look_through(settings, plan.selection):
        fate = plan.fate(letter)
        if fate in ("replay", "worn"):
            name: Prospect = foresee(letter, policy).forecast if fate == "replay" else "worn"
            tolls.setdefault(name, Toll()).add(letter)
    if as_json:
        echo_json({name: tolls[name].as_object() for name in WORDS if name in tolls})
        return DONE
    for prospect, words in WORDS.items():
        if toll := tolls.get(prospect):
            click.echo("\n".join([f"{toll.letters} {words}", *told(toll)]))
    if not tolls:
        click.echo("there is no such dead letter")
    return DONE


def edited_bodies(settings: Settings, plan: Plan, policy: Policy) -> Mapping[Key, bytes]:
    """Have a person edit bodies; return those that were changed.

    The broker is not kept waiting meanwhile: the letters are found again when they are put back.
    """
    chosen: list[Letter] = []
    for letter in look_through(settings, plan.selection):
        if plan.fate(letter) == "replay":
            chosen.append(letter)
        if len(chosen) >= min(plan.most or MOST_EDITED, MOST_EDITED):
            break
    plan.done.clear()
    plan.bodies.clear()
    bodies = ((letter.key, edit_letter(letter, policy)) for letter in chosen)
    return {key: body for key, body in bodies if body is not None}


def put_back(settings: Settings, plan: Plan, rate: float, *, as_json: bool) -> int:
    """Put letters back; return the exit status."""
    count = counter(settings)
    total = count()
    with (
        closing(open_returns(settings)) as publisher,
        closing(open_shelf(settings)) as shelf,
        progress(total, "replaying") as advance,
    ):
        run = Replay(shelf, publisher, plan, rate)
        try:
            run.run(count, advance)
        except (MqworkerError, KeyboardInterrupt):
            complain(f"stopped with {run.fates['replay']} put back: start it again", "warning")
            raise
    report(run.fates, as_json=as_json)
    return BAD_DATA if run.fates["worn"] else DONE


def report(fates: Counter[Any], *, as_json: bool) -> None:
    """Tell what was done."""
    if as_json:
        echo_json(
            {"replayed": fates["replay"], "copies": fates["copy"], "worn": fates["worn"]}
            | {"left": fates["left"]}
        )
        return
    click.echo(f"{fates['replay']} put back, {fates['left']} left")
    if fates["copy"]:
        click.echo(f"{fates['copy']} second copies removed")
    if fates["worn"]:
        click.echo(f"{fates['worn']} {WORDS['worn']}")
