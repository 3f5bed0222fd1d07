"""Settings -> sink: sqlite is the embedded one, http and https are Elasticsearch."""

from __future__ import annotations

from contextlib import closing
from typing import Protocol

from mqworker.config.settings import Settings
from mqworker.database import database_path
from mqworker.ports import Archive, Holdings, Revisions, Sink
from mqworker.sinks.elasticsearch import ElasticsearchSink
from mqworker.sinks.elasticsearch_client import ElasticsearchOptions
from mqworker.sinks.sqlite import SqliteSink
from mqworker.wiring.texts import revealed, scheme, text


class Store(Sink, Revisions, Archive, Holdings, Protocol):
    """A sink that can be read, and emptied, too: every one that we have."""


def open_sink(settings: Settings) -> Store:
    """Return the sink; it connects when it is first used.

    Raises:
        Misconfigured: a setting makes no sense for this sink.
    """
    if scheme(settings.sink[0]) == "sqlite":
        return SqliteSink(database_path(settings.sink[0]))
    return ElasticsearchSink(
        ElasticsearchOptions(
            urls=settings.sink,
            ca_file=text(settings.sink_ca_file),
            certificate_file=text(settings.sink_cert_file),
            key_file=text(settings.sink_key_file),
            api_key=revealed(settings.sink_api_key),
            username=settings.sink_username,
            password=revealed(settings.sink_password),
            verify_certificates=settings.sink_verify,
            setup=settings.sink_setup,
            lifecycle=settings.ilm_policy,
            timeout_s=settings.sink_timeout,
            connections=settings.bulks + 1,
        )
    )


def set_up(settings: Settings) -> str:
    """Install or upgrade what the sink needs; return what was done, for people.

    Raises:
        Misconfigured: that is not allowed, or not possible.
        SinkUnavailable: the sink does not answer.
    """
    with closing(open_sink(settings)) as sink:
        return sink.setup() if isinstance(sink, ElasticsearchSink) else sink.verify()
