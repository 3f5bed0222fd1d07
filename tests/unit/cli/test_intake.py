from __future__ import annotations

import sys

import pytest

from tests.unit.cli.conftest import Run


def test_without_its_packages_it_says_what_to_install(
    mqworker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("mqworker.wiring.intake",))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "mqworker.intake.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    result = mqworker("intake", "--config", "/dev/null")

    assert 78 == result.exit_code
    assert "pip install 'mqworker[intake]'" in result.output + result.stderr
