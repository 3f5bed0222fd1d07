from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mqworker.cli import main
from mqworker.config import load as module

Run = Callable[..., Result]


@pytest.fixture
def mqworker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command line, away from the configuration of this machine."""
    monkeypatch.setattr(module, "DEFAULT_FILE", tmp_path / "missing.toml")
    monkeypatch.chdir(tmp_path)

    def run(*args: object, stdin: str | bytes | None = None, **environ: str) -> Result:
        env = {f"MQWORKER_{name}": value for name, value in environ.items()}
        return CliRunner().invoke(main, [str(arg) for arg in args], input=stdin, env=env)

    return run


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root, show = logging.getLogger(), warnings.showwarning
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    yield
    sys.excepthook = hook
    logging.captureWarnings(False)
    warnings.showwarning = show
    root.handlers[:], root.level = handlers, level
    for name in (
        "amqp",
        "elastic_transport",
        "elasticsearch",
        "kombu",
        "pika",
        "urllib3",
        "uvicorn",
    ):
        logging.getLogger(name).setLevel(logging.NOTSET)
