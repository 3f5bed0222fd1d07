"""Makes messages as the shippers of a company would send them, some of them bad on purpose.

1. A message is a function of the seed, its number and the time: the same again is the same.
2. Of every `bad_every` messages exactly the last is bad, and the ways of being bad take turns: so
   what has to come out at the other end is known beforehand.
3. Every address is from the ranges for documentation (RFC 5737, RFC 3849), every name of a host
   from example.com (RFC 2606).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from mqworker.core.message import Stage
from mqworker.core.traffic_scenes import SCENES, Dice, Scene, syslog
from mqworker.core.traffic_shapes import LINE_SHAPES, SHAPES, SPECIAL_SHAPES, native

BAD_EVERY: Final = 20
"""Unless told otherwise one message of twenty is bad: 5 %."""

KINDS: Final = (
    *("syslog",) * 8,
    *("authentication",) * 6,
    *("authorization",) * 3,
    *("application-exception",) * 2,
    "account-lifecycle",
    "password-key",
    "account-activation",
)
"""How often each kind of event comes: the six types by the names of their schemas, and syslog."""

BAD: Final = {
    "plain text": "a line of text instead of JSON",
    "cut short": "JSON that ends in its middle",
    "bad UTF-8": "text that is not encoded as UTF-8",
    "bad flag": "details.success is neither true nor false",
    "bad port": "details.sourceport is a number above 65535",
    "stack trace": "details.stacktrace is a whole stack trace",
    "bad name": "details.username is an object",
}
"""The ways of being bad, in their turns, and what each is for a person."""

REFUSED_AT: Final[dict[str, Stage]] = {
    "plain text": "decode",
    "cut short": "decode",
    "bad UTF-8": "decode",
    "bad flag": "validate",
    "bad port": "validate",
    "stack trace": "validate",
    "bad name": "validate",
}
"""The step of the way that refuses each of them."""


class Planted(NamedTuple):
    """A message, and what it is: its kind (of `KINDS`), and how it is bad (of `BAD`), if it is."""

    body: bytes
    kind: str
    bad: str | None


def traffic(
    count: int, seed: int, start: datetime, pause: timedelta, bad_every: int = BAD_EVERY
) -> Iterator[Planted]:
    """Give `count` messages, the first of the time `start` (aware), with `pause` between them."""
    for number in range(count):
        yield planted(number, seed, start + number * pause, bad_every)


def planted(number: int, seed: int, now: datetime, bad_every: int = BAD_EVERY) -> Planted:
    """Return one message.

    Args:
        number: which one, from 0.
        seed: another one makes other messages.
        now: when it happened (aware).
        bad_every: the share of bad ones; 0 for none.
    """
    dice = Dice(seed, number)
    if bad_every and number % bad_every == bad_every - 1:
        bad = tuple(BAD)[number // bad_every % len(BAD)]
        return SPOILERS[bad](bad, dice, now)
    kind = dice.pick(KINDS)
    if kind == "syslog":
        return Planted(dice.pick(LINE_SHAPES)(syslog(dice, now)), kind, None)
    scene = SCENES[kind](dice, now)
    shape = dice.pick((*SHAPES, *SPECIAL_SHAPES.get(kind, ())))
    return Planted(shape(scene), kind, None)


Spoiler = Callable[[str, Dice, datetime], Planted]


def plain_text(bad: str, dice: Dice, now: datetime) -> Planted:
    """Send a log line as it is, as a shipper without a JSON template does."""
    line = syslog(dice, now)
    return Planted(f"{line.hostname} {line.program}: {line.summary}".encode(), "syslog", bad)


def cut_short(bad: str, dice: Dice, now: datetime) -> Planted:
    """End in the middle, as a sender does that has a limit of its own."""
    body = native(SCENES["authorization"](dice, now))
    return Planted(body[: len(body) // 2], "authorization", bad)


def bad_encoding(bad: str, dice: Dice, now: datetime) -> Planted:
    """Encode a name as Latin-1."""
    scene = SCENES["authentication"](dice, now)
    body = native(replace(scene, summary="Zürich: " + scene.summary), ascii_only=False)
    return Planted(body.decode().encode("latin-1"), "authentication", bad)


def with_detail(kind: str, name: str, value: Any) -> Spoiler:
    """Return what sends an event of that kind with one detail that its schema refuses."""

    def spoil(bad: str, dice: Dice, now: datetime) -> Planted:
        scene: Scene = SCENES[kind](dice, now)
        spoiled = replace(scene, details={**scene.details, name: value})
        return Planted(dice.pick(SHAPES)(spoiled), kind, bad)

    return spoil


FRAMES: Final = "\n".join(f'  File "/srv/shop/cart.py", line {line}, in add' for line in range(40))

SPOILERS: Final[dict[str, Spoiler]] = {
    "plain text": plain_text,
    "cut short": cut_short,
    "bad UTF-8": bad_encoding,
    "bad flag": with_detail("authentication", "success", "maybe"),
    "bad port": with_detail("authorization", "sourceport", 511234),
    "stack trace": with_detail("application-exception", "stacktrace", FRAMES),
    "bad name": with_detail("account-lifecycle", "username", {"first": "Mallory"}),
}
