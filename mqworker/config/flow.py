"""Options of the flow: batches, retries, and when to stop taking more."""

from __future__ import annotations

from dataclasses import dataclass

from mqworker.config.kinds import number, whole
from mqworker.config.option import option
from mqworker.config.quantities import duration, size

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@dataclass(frozen=True)
class FlowOptions:
    """Batches, retries and the brake."""

    batch_count: int = option(
        whole(),
        "Documents in one bulk request, at most; never more than prefetch, which is all that a "
        "worker has in hand.",
        1000,
    )
    batch_bytes: int = option(
        size(KIBIBYTE),
        "Bytes of the documents in one bulk request, at most; a larger document goes alone.",
        5 * MEBIBYTE,
    )
    batch_age: float = option(
        duration(), "How long the first document of a batch waits for others, at most.", 0.1
    )
    bulks: int = option(whole(1, 64), "Bulk requests in flight at once, in each process.", 3)
    retry_min: float = option(
        duration(0.001),
        "How long to wait before what the sink could not take is tried again. The wait doubles "
        "with each try.",
        0.5,
    )
    retry_max: float = option(duration(0.001), "The longest wait between two tries.", 30.0)
    brake_ratio: float = option(
        number(0, 1),
        "The share of bad messages above which the worker stops taking more; 0 never stops it. "
        "So a sender's mistake does not drain the whole queue into the dead letters.",
        0.5,
    )
    brake_sample: int = option(whole(), "The number of last messages that brake_ratio is of.", 200)
    brake_pause: float = option(
        duration(0.1), "How long the brake holds before the worker tries again.", 30.0
    )
    dead_limit: int = option(
        whole(),
        "How many dead letters their queue may hold. The worker enforces nothing: the broker does, "
        "by the policy that mqworker deadletter policy prints. Here it is what the queue's "
        "fullness is measured by.",
        100_000,
    )
