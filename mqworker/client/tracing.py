"""The context of the application's trace, where it has one.

1. OpenTelemetry is never imported here: an application that traces has imported it.
"""

from __future__ import annotations

import sys
from typing import Any

API = "opentelemetry.trace"


def current_context() -> tuple[tuple[str, str], ...]:
    """Return `traceparent`, and `tracestate` if there is one, of the current span; else nothing."""
    api: Any = sys.modules.get(API)
    if api is None or not hasattr(api, "get_current_span"):
        return ()
    context = api.get_current_span().get_span_context()
    if not context.is_valid:
        return ()
    parent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags & 0xFF:02x}"
    state = context.trace_state.to_header()
    return (("traceparent", parent), *((("tracestate", state),) if state else ()))
