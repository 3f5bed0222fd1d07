from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from mqworker.core.errors import Misconfigured
from mqworker.sinks.elasticsearch_checks import check_lifecycle
from mqworker.sinks.elasticsearch_client import ElasticsearchOptions, connect
from tests.stubs.scripted import Answer, json_answer, scripted
from tests.unit.sinks.scripted_elasticsearch import PRODUCT


def check(body: Any, status: int = 200) -> None:
    with scripted() as server:
        answer: Answer = json_answer(body, status)
        server.otherwise = Answer(answer.status, answer.body, headers=PRODUCT)
        with closing(connect(ElasticsearchOptions(urls=(server.url,)))) as client:
            check_lifecycle(client, "old-days")


def of(**phases: Any) -> dict[str, Any]:
    return {"old-days": {"version": 1, "policy": {"phases": phases}}}


def test_a_policy_that_deletes_is_fit() -> None:
    check(of(hot={"actions": {}}, delete={"min_age": "90d", "actions": {"delete": {}}}))


def test_a_policy_that_rolls_over_is_not() -> None:
    with pytest.raises(Misconfigured, match="take the action rollover out"):
        check(of(hot={"actions": {"rollover": {"max_age": "1d"}}}))


def test_a_policy_that_is_not_there_is_named() -> None:
    with pytest.raises(Misconfigured, match="no lifecycle policy old-days"):
        check({"error": {"type": "resource_not_found_exception"}}, 404)


def test_a_cluster_without_lifecycles_is_told() -> None:
    with pytest.raises(Misconfigured, match="no index lifecycle management"):
        check({"error": "no handler found for uri [/_ilm/policy/x] and method [GET]"}, 400)


def test_who_may_not_ask_is_not_stopped() -> None:
    check({"error": {"type": "security_exception"}}, 403)
