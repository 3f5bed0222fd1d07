"""Where spans go: to a collector by OTLP over HTTP, as OpenTelemetry's variables say.

OTEL_EXPORTER_OTLP_ENDPOINT, …_HEADERS, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME and the others are
read by OpenTelemetry's SDK: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from mqworker import __version__

LAST_WORDS_S = 3.0
"""How long the end waits for a collector, in seconds."""

PROPAGATOR = TraceContextTextMapPropagator()


class Export:
    """A tracer, and the way of its spans out of the process. To be made after a fork."""

    def __init__(self, environ: Mapping[str, str], service: str = "mqworker") -> None:
        """Begin; a collector is reached when there are spans.

        Args:
            environ: the environment of the process.
            service: the name of the service, unless OTEL_SERVICE_NAME is set.
        """
        about = {"service.version": __version__}
        if not {"OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"} & environ.keys():
            about["service.name"] = service
        self.provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        self.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))

    @property
    def tracer(self) -> Tracer:
        """What makes spans."""
        return self.provider.get_tracer("mqworker", __version__)

    def close(self) -> None:
        """Send what is left, for some seconds at most."""
        last = threading.Thread(target=self.provider.shutdown, name="traces", daemon=True)
        last.start()
        last.join(LAST_WORDS_S)


def read_context(carrier: Mapping[str, str]) -> Context:
    """Return the context that headers carry; see `mqworker.core.trace_context.carried`."""
    return PROPAGATOR.extract(carrier, context=Context())


def written_context(span: Span) -> dict[str, str]:
    """Return the headers that carry a span's context."""
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier, context=set_span_in_context(span, Context()))
    return carrier
