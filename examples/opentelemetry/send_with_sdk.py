"""Send log records with OpenTelemetry's SDK over OTLP/HTTP.

Usage: python send_with_sdk.py [http://HOST:8080/v1/logs]

pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
"""

import logging
import sys

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource


def main() -> None:
    """Log a failed login."""
    endpoint = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/v1/logs"
    provider = LoggerProvider(Resource.create({"service.name": "shop", "host.name": "web1"}))
    exporter = OTLPLogExporter(endpoint, compression=Compression.Gzip)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    log = logging.getLogger("shop")
    log.addHandler(LoggingHandler(logger_provider=provider))
    # Attributes become details; "category" names the kind of event.
    login = {"category": "authentication", "username": "joe", "sourceipaddress": "192.0.2.17"}
    log.warning("joe failed to log in", extra=login)
    provider.shutdown()


if __name__ == "__main__":
    main()
