"""docs/metrics.rst is what the declarations say."""

from __future__ import annotations

from pathlib import Path

from mqworker.config.metricsdocs import pages
from mqworker.core.intake.metrics import METRICS as OF_INTAKE
from mqworker.core.sight.metrics import METRICS

PAGE = Path(__file__).parents[3] / "docs" / "metrics.rst"


def test_the_page_is_what_the_declarations_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == "".join(pages())


def test_every_metric_is_on_the_page_once() -> None:
    text = PAGE.read_text(encoding="utf-8")
    names = [metric.name for metric in (*METRICS, *OF_INTAKE)]
    assert [1] * len(names) == [text.count(f"``{name}`` (") for name in names]
