from __future__ import annotations

import sys

import pytest

from tests.unit.cli.conftest import Run


def test_without_its_packages_it_says_what_to_install(
    mqworker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [each for each in sys.modules if each.startswith("mqworker.wiring.console")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("mqworker.console.server", "mqworker.intake.listening"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    result = mqworker("console", "--config", "/dev/null")

    assert 78 == result.exit_code
    assert "pip install 'mqworker[console]'" in result.output + result.stderr


def test_it_does_not_listen_where_others_could_come(mqworker: Run) -> None:
    result = mqworker("console", "--config", "/dev/null", "--console-listen", "192.0.2.1:80")

    assert 78 == result.exit_code
    assert "can be reached from other machines" in result.output + result.stderr
