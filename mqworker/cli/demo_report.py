"""The demonstration's account, for somebody who has never heard of mqworker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from mqworker.cli.display import clipped, to_json
from mqworker.cli.search import told as told_hit
from mqworker.cli.snippet import draw
from mqworker.core.deadletter import Grave
from mqworker.core.story import as_object as story_object
from mqworker.core.storytelling import tell
from mqworker.core.traffic import BAD, REFUSED_AT
from mqworker.demo import Account
from mqworker.demo.account import SOUGHT, DeadLetter

KINDS = {
    "syslog": "lines of sshd, sudo, cron, the kernel and others",
    "authentication": "somebody logs in, or fails to",
    "authorization": "somebody opens a page, or may not",
    "application-exception": "an application fails",
    "account-lifecycle": "an account is made, changed or removed",
    "password-key": "a password or a key changes or expires",
    "account-activation": "an account is locked, or comes back",
    "connection": "a connection comes in, as a proxy logs it",
}
"""What each kind of event is about."""

HITS = 3
SHOWN = ("utctimestamp", "category", "severity", "hostname", "processname", "summary", "tags")
KEY_WIDTH = 26
VALUE_WIDTH = 68
RULE = "  ------"


def told(account: Account, name: str) -> Iterator[str]:
    """Tell what happened, line by line.

    Args:
        account: what happened.
        name: how the command is called here.
    """
    yield from opening(account)
    yield from sent(account)
    yield from became(account)
    yield from dead_letters(account)
    if account.dead_letter:
        yield from one_dead_letter(account.dead_letter)
    if account.document:
        yield from one_document(account.document["_source"])
    yield from search(account, name)
    yield from story(account, name)
    yield from onward(name)


def opening(account: Account) -> Iterator[str]:
    """Tell what this is."""
    yield "mqworker takes log events from a queue, checks them, and stores them for searching."
    yield "Here it did so with made-up messages, and files in place of RabbitMQ and Elasticsearch:"
    yield f"  {account.site.directory}"


def sent(account: Account) -> Iterator[str]:
    """Tell what was sent."""
    plan = account.plan
    yield from heading("Sent, as rsyslog, syslog-ng, nxlog, beaver, Logstash and others write it")
    for kind, number in plan.good_by_kind().most_common():
        yield counted(number, f"{kind:<23}{KINDS[kind]}")
    yield counted(plan.repeated, "of these once more, as after a lost confirmation")
    yield counted(plan.bad_by_way().total(), "bad on purpose")
    yield RULE
    yield counted(len(plan.bodies), "messages")


def became(account: Account) -> Iterator[str]:
    """Tell what became of it."""
    yield from heading("What became of them")
    yield "  The worker was killed half way (kill -9) and started again. It held"
    yield f"  {account.held:,} messages then, which the broker delivered a second time."
    yield ""
    yield counted(account.stored, "stored, each as one document")
    yield counted(account.plan.repeated, "merged: sent twice, stored once")
    yield counted(account.dead.total(), "dead letters: kept in a queue of their own, with a reason")
    if account.complete:
        yield RULE
        yield counted(len(account.plan.bodies), "messages: none lost, none stored twice")
    else:
        yield from wrong(account)
    yield ""
    yield f"  It took {account.seconds:.1f} s, both starts of the worker included."
    if account.copies:
        yield f"  {account.copies} dead letters are there twice, because the kill came before their"
        yield "  acknowledgement. They carry one identity: a replay stores each once."


def wrong(account: Account) -> Iterator[str]:
    """Tell what does not add up."""
    plan = account.plan
    yield counted(account.misjudged, "dead letters that were not to be any, or not so")
    yield counted(account.left, "messages not settled in time")
    yield "  This does not add up: there should be"
    yield f"  {plan.good:,} documents and {plan.bad_by_way().total():,} dead letters."


def dead_letters(account: Account) -> Iterator[str]:
    """Tell why messages were refused."""
    yield from heading("Dead letters, by the step that refused them and the reason")
    for way, number in account.dead.most_common():
        yield counted(number, f"{REFUSED_AT[way]:<10}{BAD[way]}")


def one_dead_letter(letter: DeadLetter) -> Iterator[str]:
    """Draw a dead letter."""
    refusal = letter.explained.refusal
    if refusal is not None:
        yield from heading("One of them")
        yield from (f"  {line}" for line in draw(refusal, letter.explained.event))


def one_document(source: Mapping[str, Any]) -> Iterator[str]:
    """Show what matters most of a document."""
    yield from heading("One of the documents, in the form that all of them have")
    details = {f"details.{key}": value for key, value in source["details"].items()}
    whole = {**source, **details}
    shown = [key for key in whole if key in SHOWN or key in details]
    for key in shown:
        if isinstance(value := whole[key], str | int | list):
            text = value if isinstance(value, str) else to_json(value)
            yield f"  {clipped(key, KEY_WIDTH):<{KEY_WIDTH}}  {clipped(text, VALUE_WIDTH)}"


def search(account: Account, name: str) -> Iterator[str]:
    """Search for something, as everybody can."""
    yield from heading("Searching: where has this address been?")
    yield f"  $ {name} search --limit {HITS} --sink {account.site.sink} {SOUGHT}"
    for hit in account.hits[:HITS]:
        yield from (f"  {line}" for line in told_hit(hit).splitlines())
    yield f"  ({len(account.hits):,} documents without the limit)"


def story(account: Account, name: str) -> Iterator[str]:
    """Tell the story of one activity."""
    yield from heading("One activity: invalid input that names nobody. Who was it?")
    yield "  A connection event had the address, an authentication event the session and the user,"
    yield "  the exception neither. Correlation filled it in from the other two, though it came"
    yield "  first:"
    yield f"  $ {name} trace --sink {account.site.sink} {account.plan.asked_for}"
    yield from (f"  {line}".rstrip() for line in tell(account.story))


def onward(name: str) -> Iterator[str]:
    """Tell what to do next."""
    yield from heading("Next")
    yield "  With services of your own:"
    yield f"    {name} run --queue eventtask \\"
    yield "        --broker amqps://mq.example.org/ --sink https://elastic.example.org:9200"
    yield "  What would become of a message of yours:"
    yield f"    {name} explain FILE"


def heading(words: str) -> Iterator[str]:
    """Give a heading."""
    yield ""
    yield click.style(words, bold=True)


def counted(number: int, words: str) -> str:
    """Return a line that begins with a number."""
    return f"  {number:>6,}  {words}"


def as_object(account: Account) -> dict[str, Any]:
    """Return the account for machines."""
    plan, letter = account.plan, account.dead_letter
    return {
        "complete": account.complete,
        "directory": str(account.site.directory),
        "broker": account.site.broker,
        "sink": account.site.sink,
        "dead_letter_queue": Grave(account.site.settings.first_queue).dead_queue,
        "sent": {
            "messages": len(plan.bodies),
            "by_kind": plan.good_by_kind(),
            "repeated": plan.repeated,
            "bad": plan.bad_by_way(),
        },
        "held_at_kill": account.held,
        "seconds": round(account.seconds, 3),
        "stored": account.stored,
        "merged": plan.repeated,
        "dead_letters": account.dead,
        "dead_letter_copies": account.copies,
        "misjudged": account.misjudged,
        "left": account.left,
        "search": {"words": SOUGHT, "hits": len(account.hits)},
        "document": account.document,
        "story": story_object(account.story),
        "dead_letter": dead_letter_object(letter) if letter else None,
    }


def dead_letter_object(letter: DeadLetter) -> dict[str, Any]:
    """Return a dead letter for machines."""
    return {"headers": letter.message.properties.headers, "body": letter.message.body.decode()}
