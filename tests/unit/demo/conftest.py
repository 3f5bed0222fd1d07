from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mqworker.demo import Account, demonstrate, demonstration

SHOWN: dict[str, list[int]] = {}
"""Of each progress bar what there was to do, and each step as a negative number."""


@contextmanager
def bar(label: str, total: int) -> Iterator[Callable[[int], Any]]:
    steps = SHOWN[label] = [total]
    yield lambda step: steps.append(-step)


@pytest.fixture(scope="package")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A demonstration that was really given, with fewer messages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demonstration, "COUNT", 600)
        patch.setenv("MQWORKER_SINK", "https://elastic.example.org")
        yield demonstrate(tmp_path_factory.mktemp("a site % of # demo"), bar)
