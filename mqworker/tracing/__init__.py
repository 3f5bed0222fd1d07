"""Spans of OpenTelemetry: what a worker and an intake tell of their work, where that is asked for.

Everything in here needs the extra `otel`, and is imported only where traces are wanted. Names and
attributes are those of OpenTelemetry's semantic conventions for messaging and HTTP, version 1.45.
"""
