from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.places import OF_A_SERVICE, PLACES, Place


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.services] if name in OF_A_SERVICE else [])
        for name in PLACES
    ]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty queue of each broker in turn."""
    with PLACES[request.param](request, tmp_path) as opened:
        yield opened
