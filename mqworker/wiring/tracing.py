"""Settings and environment -> whether there are traces, and what makes them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mqworker.config.settings import Settings
from mqworker.core.errors import Misconfigured
from mqworker.ports import Source
from mqworker.wiring.texts import scheme

if TYPE_CHECKING:
    from mqworker.tracing.exporting import Export
    from mqworker.tracing.requests import RequestTraces

log = logging.getLogger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
HINT = "traces need OpenTelemetry: pip install 'mqworker[otel]'"

SYSTEMS = {"amqp": "rabbitmq", "amqps": "rabbitmq", "sqs": "aws_sqs"}
"""What the semantic conventions call a broker; any other goes by the scheme of its URL."""


def wants_traces(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Tell whether anybody wants traces."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if settings.traces is not None:
        return settings.traces
    return environ.get("OTEL_TRACES_EXPORTER") != "none" and any(map(environ.get, ENDPOINTS))


def open_export(settings: Settings, environ: Mapping[str, str]) -> Export | None:
    """Return what makes spans and sends them, None if nobody wants them.

    Raises:
        Misconfigured: they are asked for by an option, and the extra is not installed.
    """
    if not wants_traces(settings, environ):
        return None
    try:
        from mqworker.tracing.exporting import Export  # noqa: PLC0415 - an extra
    except ImportError as error:
        if settings.traces:
            raise Misconfigured(f"{HINT} ({error})") from error
        log.warning("there are no traces, though an endpoint is set: %s", HINT)
        return None
    return Export(environ)


def traced_source(source: Source, settings: Settings, environ: Mapping[str, str]) -> Source:
    """Return the source, traced if anybody wants that.

    Raises:
        Misconfigured: see `open_export`.
    """
    export = open_export(settings, environ)
    if export is None:
        return source
    from mqworker.tracing.source import TracedSource  # noqa: PLC0415 - an extra

    queues = ",".join(settings.queue)
    return TracedSource(source, export.tracer, system_of(settings), queues, export.close)


def request_traces(export: Export | None, settings: Settings) -> RequestTraces | None:
    """Return what makes the spans of requests, None without an export."""
    if export is None:
        return None
    from mqworker.tracing.requests import RequestTraces  # noqa: PLC0415 - an extra

    return RequestTraces(export.tracer, system_of(settings), settings.exchange[0])


def system_of(settings: Settings) -> str:
    """Return the broker's name in the semantic conventions."""
    found = scheme(settings.broker[0])
    return SYSTEMS.get(found, found)
