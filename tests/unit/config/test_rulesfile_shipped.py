"""The shipped rules, in the words of what correlation has to do."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from mqworker.config.rulesfile import SHIPPED, load_rules
from mqworker.core.correlation.rules import Condition, Rules, path

EVERYTHING = {"details.sourceipaddress", "details.sessionid", "details.username"}
NO_ADDRESS = EVERYTHING - {"details.sourceipaddress"}


def carried(rules: Rules, name: str) -> set[str]:
    return {str(rules.identity[position]) for position in rules.rules[name].carries}


def window(rules: Rules, name: str) -> tuple[float, float]:
    """Return a rule's window in minutes."""
    rule, minutes = rules.rules[name], rules.bucket_s / 60
    return rule.before * minutes, rule.after * minutes


def test_the_shipped_rules_fill_address_session_and_user() -> None:
    assert [str(field) for field in load_rules().identity] == [
        "details.sourceipaddress",
        "details.sessionid",
        "details.username",
    ]


def test_a_session_carries_all_for_half_an_hour_before_and_five_minutes_after() -> None:
    rules = load_rules()
    session = rules.rules["session"]
    assert session.fields == (path("details.sessionid"),)
    assert (session.scope, session.scope_below) == ((path("hostname"),), 16)
    assert carried(rules, "session") == EVERYTHING
    assert window(rules, "session") == (30, 5)


def test_a_connection_by_its_id_counts_within_its_host_and_carries_all() -> None:
    rules = load_rules()
    connection = rules.rules["connection"]
    assert connection.fields == (path("details.connectionid"),)
    assert (connection.scope, connection.scope_below) == ((path("hostname"),), None)
    assert carried(rules, "connection") == EVERYTHING
    assert window(rules, "connection") == (5, 5)


def test_a_connection_by_its_port_carries_session_and_user_unless_a_proxy_was_there() -> None:
    rules = load_rules()
    port = rules.rules["connection-port"]
    assert {*map(str, port.fields)} == {
        *("hostname", "details.sourceipaddress", "details.sourceport"),
    }
    assert carried(rules, "connection-port") == NO_ADDRESS
    assert window(rules, "connection-port") == (5, 5)
    assert Condition(path("details.viaproxy"), absent=True) in port.conditions
    assert Condition(path("details.http_x_forwarded_for"), absent=True) in port.conditions


@pytest.mark.parametrize(("name", "field"), [("request", "requestid"), ("trace", "traceid")])
def test_a_request_carries_session_and_user_and_not_the_address(name: str, field: str) -> None:
    rules = load_rules()
    assert rules.rules[name].fields == (path(f"details.{field}"),)
    assert rules.rules[name].scope == ()
    assert carried(rules, name) == NO_ADDRESS
    assert window(rules, name) == (5, 5)


def test_a_process_carries_all_for_two_minutes_and_only_that_of_one_connection() -> None:
    rules = load_rules()
    process = rules.rules["process"]
    assert process.fields == (path("hostname"), path("processname"), path("processid"))
    assert carried(rules, "process") == EVERYTHING
    assert window(rules, "process") == (2, 2)
    (daemons,) = (one.any_of for one in process.conditions if one.field == path("processname"))
    assert {"sshd", "sshd-session", "sshd-auth", "sudo", "su", "login"} <= daemons
    assert any(name.endswith("ftpd") for name in daemons)
    assert not daemons & {"nginx", "httpd", "apache2", "gunicorn", "java", "cron", "systemd"}


def test_the_shipped_limits_are_those_of_the_specification() -> None:
    rules = load_rules()
    assert (rules.bucket_s, rules.lateness, rules.max_hops) == (60, 15, 3)
    assert {*rules.rules} == {
        *("connection", "connection-port", "process", "request", "session", "trace"),
    }


def test_the_defaults_in_the_code_are_those_of_the_shipped_file() -> None:
    shipped = load_rules()
    assert shipped == Rules(shipped.identity, shipped.rules)


def test_the_shipped_file_says_everything_that_a_file_can_say() -> None:
    values = tomllib.loads(resources.files("mqworker.config").joinpath(SHIPPED).read_text())
    assert set(values) == {
        *("version", "identity", "bucket", "lateness", "max_hops", "hot", "candidates", "rule"),
    }
