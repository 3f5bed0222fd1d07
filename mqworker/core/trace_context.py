"""The context of a trace, as the headers of HTTP and AMQP carry it (W3C Trace Context, level 1).

https://www.w3.org/TR/trace-context/ and https://w3c.github.io/trace-context-amqp/

1. What is malformed is left out, as a whole, as the specification wants it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"

PARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII
)
MOST_STATE = 512
"""Characters; a longer one may be dropped (3.3.1.5)."""


def carried(headers: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the headers that carry the context of a trace, an empty mapping if there is none."""
    parent = headers.get(TRACEPARENT) if headers else None
    if not headers or not isinstance(parent, str) or not PARENT.fullmatch(parent):
        return {}
    state = headers.get(TRACESTATE)
    if not isinstance(state, str) or not state.isascii() or not 0 < len(state) <= MOST_STATE:
        return {TRACEPARENT: parent}
    return {TRACEPARENT: parent, TRACESTATE: state}
