"""The first page: queues, dead letters, workers, and what of it needs somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from mqworker.core.console import workers
from mqworker.core.console.chart import Sample, sparkline
from mqworker.core.console.elements import (
    FOOT,
    NOTHING,
    count,
    head,
    link,
    meter,
    moment,
    note,
    several,
    word,
)
from mqworker.core.console.view import View
from mqworker.core.console.workers import Workers
from mqworker.core.markup import safe
from mqworker.core.toll import Cause, Toll

SPAN_S = 600.0
"""How far back is drawn, in seconds."""

TREND_S = 30.0
"""Over how long a trend is taken, in seconds."""

NEARLY_FULL = 0.8
MOST_CAUSES = 5


class Depth(NamedTuple):
    """How many messages a queue holds and how many consume it; None where the broker does not tell.

    ready: to be handed over. unsettled: handed over.
    """

    ready: int | None = None
    unsettled: int | None = None
    consumers: int | None = None


class Queue(NamedTuple):
    """A queue, as the broker tells.

    dead: whether it is for the dead. is_there: whether the broker knows it.
    samples: how many were ready, by time.
    """

    name: str
    dead: bool = False
    is_there: bool = True
    depth: Depth = Depth()
    samples: Sequence[Sample] = ()

    @property
    def trend(self) -> float | None:
        """How many more messages are ready with each second; None where that is not known yet."""
        known = [each for each in self.samples if each.value is not None]
        recent = [each for each in known if each.at >= known[-1].at - TREND_S]
        if not recent or recent[-1].at - recent[0].at < TREND_S / 3:
            return None
        assert recent[0].value is not None and recent[-1].value is not None  # noqa: S101, PT018 - known
        return (recent[-1].value - recent[0].value) / (recent[-1].at - recent[0].at)


class Deaths(NamedTuple):
    """What is known of the dead letters of a queue.

    queue: where they came from. ready: how many wait, None where that is not known.
    toll, taken: what the last look counted, and when that was; None when nobody looked yet.
    limit: how many there may be.
    """

    queue: str
    ready: int | None = None
    toll: Toll | None = None
    taken: datetime | None = None
    limit: int = 0


class Overview(NamedTuple):
    """Everything on the page.

    workers: those that can be seen.
    trouble: why the broker could not be asked, "" when it could.
    """

    queues: Sequence[Queue]
    deaths: Sequence[Deaths]
    trouble: str
    now: datetime
    workers: Workers = Workers()


def overview(told: Overview) -> View:
    """Return the page."""
    return View("Overview", "/", body(told), as_object(told), live=True)


def as_object(told: Overview) -> dict[str, Any]:
    """Return everything for machines."""
    return {
        "time": told.now,
        "attention": list(attention(told)),
        "workers": workers.as_object(told.workers),
        "queues": [
            {"name": each.name, "is_there": each.is_there, **each.depth._asdict()}
            | {"trend": each.trend}
            for each in told.queues
        ],
        "dead_letters": [
            {
                "queue": each.queue,
                "ready": each.ready,
                "limit": each.limit,
                "looked_at": each.taken,
                **(each.toll.as_object() if each.toll else {}),
            }
            for each in told.deaths
        ],
    }


def attention(told: Overview) -> Iterator[str]:
    """Give what needs somebody."""
    if told.trouble:
        yield f"The broker can't be asked: {told.trouble}"
    yield from workers.attention(told.workers)
    yield from (words for queue in told.queues for words in wrong_with(queue))
    for deaths in told.deaths:
        if deaths.limit and (deaths.ready or 0) >= NEARLY_FULL * deaths.limit:
            yield (
                f"The dead letters of {deaths.queue} take {count(deaths.ready)} of "
                f"{count(deaths.limit)} places: when all are taken, the worker keeps what it can't "
                "bury, and stops consuming."
            )


def wrong_with(queue: Queue) -> Iterator[str]:
    """Give what is wrong with a queue."""
    if not queue.is_there:
        if not queue.dead:
            yield f"There is no queue {queue.name}: a worker declares it when it starts."
        return
    ready = queue.depth.ready or 0
    if ready and queue.depth.consumers == 0 and not queue.dead:
        yield f"Nobody consumes {queue.name}: {several(ready, 'message')} waiting."


def body(told: Overview) -> Iterator[str]:
    """Give the page's contents."""
    wrong = list(attention(told))
    yield from (note(each, "bad") for each in wrong)
    if not wrong:
        yield note("Nothing needs attention.", "good")
    yield f'<p class="note">As of {moment(told.now)} UTC.</p>\n'
    yield from workers.body(told.workers, SPAN_S)
    yield from queue_table(told.queues)
    for deaths in told.deaths:
        yield from dead_letters(deaths, told.now)


def queue_table(queues: Sequence[Queue]) -> Iterator[str]:
    """Give the queues."""
    yield "<h2>Queues</h2>\n"
    yield head("Queue", "#Ready", "#Unsettled", "#Consumers", "#Trend", "Ready, last 10 minutes")
    for queue in queues:
        yield (
            f'<tr><th scope="row">{safe(queue.name)}</th>'
            f'<td class="figure">{there(queue)}</td>'
            f'<td class="figure">{count(queue.depth.unsettled)}</td>'
            f'<td class="figure">{count(queue.depth.consumers)}</td>'
            f'<td class="figure">{trend(queue.trend)}</td>'
            f'<td class="fits">{drawn(queue)}</td></tr>\n'
        )
    yield FOOT


def drawn(queue: Queue) -> str:
    """Return how many messages were ready, drawn."""
    return sparkline(queue.samples, f"ready in {queue.name}", SPAN_S)


def there(queue: Queue) -> str:
    """Return how many messages are ready."""
    return (
        count(queue.depth.ready) if queue.is_there else '<span class="quiet">no such queue</span>'
    )


def trend(per_second: float | None) -> str:
    """Return how a queue grows or shrinks."""
    if per_second is None:
        return NOTHING
    if abs(per_second) < 0.05:  # noqa: PLR2004 - less than is shown
        return "steady"
    return f"{per_second:+,.1f}/s".replace("-", "\N{MINUS SIGN}")


def dead_letters(deaths: Deaths, now: datetime) -> Iterator[str]:
    """Give what the dead letters of a queue died of."""
    yield f"<h2>Dead letters of {safe(deaths.queue)}</h2>\n"
    if deaths.limit and deaths.ready is not None:
        words = f"{count(deaths.ready)} of {count(deaths.limit)} places taken"
        yield meter(deaths.ready / deaths.limit, words)
    if deaths.toll is None or deaths.taken is None:
        led = link("Look through them", "/letters", queue=deaths.queue)
        yield f'<p class="note">{led} to see their reasons.</p>\n'
        return
    yield f'<p class="note">Looked through at {moment(deaths.taken, now)}.</p>\n'
    if deaths.toll.causes:
        yield from causes(deaths.toll, deaths.queue, MOST_CAUSES)


def causes(toll: Toll, queue: str, most: int | None = None) -> Iterator[str]:
    """Give what letters died of, the most frequent first."""
    yield head("#Letters", "#Events", "Stage", "Schema", "What", "Last")
    ordered = toll.ordered()
    for cause, told in ordered[:most]:
        means = {"stage": cause.stage, "schema": cause.schema, "reason": common(cause)}
        what = link(cause.what, "/letters", queue=queue, **means)
        yield (
            f'<tr><td class="figure">{count(told.letters)}</td>'
            f'<td class="figure">{count(told.events)}</td>'
            f'<td class="fits">{word(cause.stage)}</td><td class="fits">{word(cause.schema)}</td>'
            f'<td class="long">{what}</td><td class="fits">{moment(told.last)}</td></tr>\n'
        )
    yield FOOT
    if most and len(ordered) > most:
        more = link(f"and {several(len(ordered) - most, 'more cause')}", "/letters", queue=queue)
        yield f'<p class="note">{more}</p>\n'


def common(cause: Cause) -> str:
    """Return the longest text that the reasons of a cause share, "" where that is not known.

    A cause that a schema names is told by pointer and keyword; the others by the reason, with #
    where numbers stood.
    """
    if cause.schema:
        return ""
    return max((part.strip() for part in cause.what.split("#")), key=len)
