"""The examples for Prometheus and Grafana, against what is really exported."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from mqworker.core.exposition import Metric
from mqworker.core.intake.metrics import METRICS as OF_INTAKE
from mqworker.core.sight.metrics import METRICS
from tests.sightseeing import promtool

EXAMPLES = Path(__file__).parents[2] / "examples"
ALERTS = EXAMPLES / "prometheus" / "alerts.yml"
DASHBOARD = EXAMPLES / "grafana" / "mqworker.json"
NAME = re.compile(r"\bmqworker_\w+")
SUFFIXES = ("_bucket", "_sum", "_count")


def series(metric: Metric) -> list[str]:
    if metric.kind == "histogram":
        return [metric.name + suffix for suffix in SUFFIXES]
    return [metric.name]


EXPORTED = {name for metric in (*METRICS, *OF_INTAKE) for name in series(metric)}


def expressions() -> list[str]:
    panels = orjson.loads(DASHBOARD.read_bytes())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_the_alert_rules_are_rules() -> None:
    judged = promtool("check", "rules", str(ALERTS))
    assert 0 == judged.returncode, judged.stdout + judged.stderr


def test_the_configuration_of_prometheus_is_one() -> None:
    judged = promtool("check", "config", str(ALERTS.with_name("prometheus.yml")))
    assert 0 == judged.returncode, judged.stdout + judged.stderr


def test_each_alert_comes_with_its_cause_and_not_without() -> None:
    judged = promtool("test", "rules", str(ALERTS.with_name("alerts-test.yml")))
    assert 0 == judged.returncode, judged.stdout + judged.stderr


def test_every_alert_is_tested() -> None:
    alerts = re.findall(r"- alert: (\w+)", ALERTS.read_text())
    tested = re.findall(r"alertname: (\w+)", ALERTS.with_name("alerts-test.yml").read_text())
    assert sorted(2 * alerts) == sorted(tested)


def test_alerts_ask_for_metrics_that_are_exported() -> None:
    asked = {
        name
        for line in ALERTS.read_text().splitlines()
        if "expr:" in line
        for name in NAME.findall(line)
    }
    assert asked <= EXPORTED


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_the_dashboard_asks_for_metrics_that_are_exported(expression: str) -> None:
    assert set(NAME.findall(expression)) <= EXPORTED


def test_the_dashboards_expressions_are_promql(tmp_path: Path) -> None:
    rules = [
        {"record": f"of:dashboard:{number}", "expr": expression.replace("$__rate_interval", "5m")}
        for number, expression in enumerate(expressions())
    ]
    file = tmp_path / "rules.yml"
    file.write_bytes(orjson.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    judged = promtool("check", "rules", str(file))
    assert 0 == judged.returncode, judged.stdout + judged.stderr


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in orjson.loads(DASHBOARD.read_bytes())["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + column, place["y"] + row)
            for column in range(place["w"])
            for row in range(place["h"])
        }
        assert not cells & taken
        taken |= cells
