"""What holds for all tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.services.fixtures"]

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _no_state_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("STATE_DIRECTORY", raising=False)
        patch.delenv("RUNTIME_DIRECTORY", raising=False)
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.getbasetemp() / "run"))
        yield


@pytest.fixture(autouse=True)
def _memory_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What one test's events say is no evidence for those of another."""
    directory = tmp_path_factory.getbasetemp() / f"state-{next(NUMBERS)}"
    monkeypatch.setenv("XDG_STATE_HOME", str(directory))
