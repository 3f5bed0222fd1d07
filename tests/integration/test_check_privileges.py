"""What `mqworker check` finds on an Elasticsearch that asks who we are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest

from mqworker.core.finding import Finding, Verdict
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sinks.elasticsearch_checkup import check_elasticsearch
from tests.integration.test_elasticsearch_security import PASSWORD, ROLES, hashed
from tests.services.elasticsearch import Elasticsearch

NAMES = ("worker", "installer", "reader")
FILES = {
    "roles.yml": ROLES.encode(),
    "users": "".join(f"{name}:{hashed(name)}\n" for name in NAMES).encode(),
    "users_roles": "".join(f"{name}:{name}\n" for name in NAMES).encode(),
}


def options(node: Elasticsearch, name: str, password: str | None = None) -> ElasticsearchOptions:
    url = "http://" + node.url.rpartition("@")[2]
    return ElasticsearchOptions(urls=(url,), username=name, password=password or name)


def checked(given: ElasticsearchOptions) -> dict[Verdict, dict[str, Finding]]:
    """Return what a check finds, by verdict and subject."""
    found: dict[Verdict, dict[str, Finding]] = {
        "good": {},
        "bad": {},
        "doubtful": {},
        "unseen": {},
    }
    for finding in check_elasticsearch(given):
        found[finding.verdict][finding.subject] = finding
    return found


@pytest.mark.long
def test_a_check_tells_which_privilege_is_missing_and_what_it_may_not_see(
    elasticsearch_node: Callable[..., Elasticsearch],
) -> None:
    node = elasticsearch_node("", PASSWORD, FILES)
    wrong = checked(options(node, "worker", "wrong"))
    assert ["login"] == list(wrong["bad"])
    assert "sink_password_file" in wrong["bad"]["login"].cure

    reader = checked(options(node, "reader"))
    assert "the cluster privilege monitor" in reader["bad"]["privileges"].told

    with closing(ElasticsearchSink(options(node, "installer"))) as sink:
        sink.setup()
    installer = checked(options(node, "installer"))
    assert "the index privilege index" in installer["bad"]["privileges"].told
    assert "/_security/role/mqworker" in installer["bad"]["privileges"].cure

    worker = checked(options(node, "worker"))
    assert {} == worker["bad"]
    assert {"login", "privileges", "template mqworker-events"} <= set(worker["good"])
    assert {"template", "indices"} == set(worker["unseen"])
    assert "view_index_metadata" in worker["unseen"]["indices"].cure

    node.ask("PUT", "/events")
    for name in ("worker", "installer"):
        found = checked(options(node, name))
        assert "nothing can be stored" in found["bad"]["alias events"].told, found
