"""Whether a worker gets anywhere: what counts as progress, and how long there may be none.

1. An answer is progress, whatever it says: "overloaded, come again" and "connection refused" too.
   So whoever waits out a backoff is alive. No answer is none: a time limit that passes is silence.
2. An errand is what one thread has been sent for. None may go without an answer for longer than the
   patience, and no kind of them (to the sink, say), even while the others get on and messages still
   come: what it holds would never be settled.
3. With nothing in flight there is nothing to wait for: whoever idles is alive.
"""

from __future__ import annotations

LEAST_S = 15.0
"""More than what has limits of its own: the broker confirms within 10 s, the memory's take 5 s."""


def patience_s(sink_timeout_s: float, retry_max_s: float) -> float:
    """Return how long there may be no progress, in seconds.

    A request that is not answered, the longest backoff, and another one that is not answered: by
    then the sink does not serve, and whatever holds its requests may be on our side.

    Args:
        sink_timeout_s: the limit of one request to the sink.
        retry_max_s: the longest backoff.
    """
    return max(LEAST_S, 2 * sink_timeout_s + retry_max_s)


def stall(patience_s: float, still_s: float, slowest: tuple[str, float], in_flight: int) -> str:
    """Return what does not get on, for people; "" when all is well.

    Args:
        patience_s: how long there may be no progress.
        still_s: for how long nothing at all has come back.
        slowest: the errand, or kind of errands, that has had no answer for longest; and how long.
        in_flight: messages that are taken and not settled.
    """
    kind, waiting_s = slowest
    if waiting_s > patience_s:
        return f"{kind}: no answer for {waiting_s:.0f} s, {in_flight} messages in flight"
    if in_flight and still_s > patience_s:
        awaited = f", {kind} awaited for {waiting_s:.0f} s" if kind else ""
        return f"nothing moved for {still_s:.0f} s, {in_flight} messages in flight{awaited}"
    return ""
