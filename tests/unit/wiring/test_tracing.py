from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from mqworker.config.settings import Settings
from mqworker.core.errors import Misconfigured
from mqworker.sources.sqlite import SqliteSource
from mqworker.wiring.tracing import open_export, system_of, traced_source, wants_traces

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


@pytest.mark.parametrize(
    ("told", "environ", "expected"),
    [
        (None, {}, False),
        (None, ENDPOINT, True),
        (None, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1"}, True),
        (None, ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (None, ENDPOINT | {"OTEL_SDK_DISABLED": "true"}, False),
        (True, {"OTEL_SDK_DISABLED": "true"}, False),
        (True, {}, True),
        (False, ENDPOINT, False),
    ],
)
def test_traces_are_for_who_asks(
    told: bool | None, environ: dict[str, str], expected: bool
) -> None:
    assert expected is wants_traces(Settings(traces=told), environ)


def test_without_traces_a_source_is_as_it_was(tmp_path: Path) -> None:
    source = SqliteSource(tmp_path / "broker.db", "eventtask")
    assert traced_source(source, Settings(), {}) is source


def test_without_the_extra_an_option_is_an_error_and_a_variable_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "mqworker.tracing.exporting", None)
    with caplog.at_level(logging.WARNING):
        assert open_export(Settings(), ENDPOINT) is None
    with pytest.raises(Misconfigured, match=r"pip install 'mqworker\[otel\]'"):
        open_export(Settings(traces=True), {})

    assert "pip install" in caplog.text


def test_a_broker_has_its_name_in_the_conventions() -> None:
    names = [system_of(Settings(broker=(url,))) for url in ("amqps://h/", "sqlite:///x")]
    assert ["rabbitmq", "sqlite"] == names
