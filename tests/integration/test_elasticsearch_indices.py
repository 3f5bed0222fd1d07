"""Indices over time in a real Elasticsearch: whose they are, and their lifecycle."""

from __future__ import annotations

from contextlib import closing

import pytest

from mqworker.core.errors import Misconfigured
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sinks.template import LIFECYCLE, index_template
from tests.integration.elasticsearch_documents import clear, new_prefix
from tests.services.elasticsearch import Elasticsearch

pytestmark = pytest.mark.services


def test_an_index_of_the_same_name_that_the_template_did_not_make_is_not_ours(
    elasticsearch: Elasticsearch,
) -> None:
    prefix = new_prefix()
    foreign, ours = f"{prefix}-20200101", f"{prefix}-20200102"
    elasticsearch.ask("PUT", f"/{foreign}")
    with closing(
        ElasticsearchSink(ElasticsearchOptions(urls=(elasticsearch.url,), prefix=prefix))
    ) as sink:
        sink.setup()
        elasticsearch.ask("PUT", f"/{ours}")
        found = {one.name: one.ours for one in sink.holdings()}
    clear(elasticsearch, prefix)

    assert {foreign: False, ours: True} == found


def test_a_cluster_without_lifecycles_refuses_the_option_clearly(
    elasticsearch: Elasticsearch,
) -> None:
    options = ElasticsearchOptions(urls=(elasticsearch.url,), prefix=new_prefix(), lifecycle="days")
    if elasticsearch.ask("GET", "/_ilm/policy").status == 200:
        pytest.skip("this Elasticsearch has lifecycles")
    with (
        closing(ElasticsearchSink(options)) as sink,
        pytest.raises(Misconfigured, match="no index lifecycle management"),
    ):
        sink.verify()


def test_the_template_names_the_policy_and_keeps_it_when_asked_for_none() -> None:
    assert "old" == index_template("events", "old")["template"]["settings"][LIFECYCLE]
    assert LIFECYCLE not in index_template("events")["template"]["settings"]
