from __future__ import annotations

import itertools
from collections import Counter

import pytest

from tests.campaign.plan import GAP_S, kinds, links, plan
from tests.campaign.stream import traffic


def test_a_plan_is_a_function_of_its_seed():
    assert plan(5, 120) == plan(5, 120)
    assert plan(5, 120) != plan(6, 120)


def test_the_traffic_is_a_function_of_its_seed():
    assert traffic("run", 5, 10) == traffic("run", 5, 10)
    assert traffic("run", 5, 10) != traffic("run", 6, 10)


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_every_kind_of_fault_comes_within_a_few_minutes(seed):
    planned = plan(seed, 300)
    every = {(kind.name, target) for kind in kinds(planned.setup.memory) for target in kind.targets}
    happening = {(fault.kind, fault.target) for fault in planned.faults}
    assert {kind for kind, _ in every} == {kind for kind, _ in happening}
    assert happening <= every
    assert len(planned.faults) > 300 / GAP_S * 0.7


def test_faults_overlap_and_end_before_the_stream_does():
    planned = plan(1, 120)
    ends = [fault.at + fault.lasting for fault in planned.faults]
    assert max(ends) < 120
    assert sum(a > b.at for a, b in zip(ends, planned.faults[1:], strict=False)) > 20


def test_seeds_differ_in_memory_and_in_what_workers_do_while_it_is_gone():
    setups = [plan(seed, 1).setup for seed in range(60)]
    every = set(itertools.product(["sqlite", "redis", "embedded"], ["wait", "index"]))
    assert every == {(setup.memory, setup.outage) for setup in setups}


def test_no_worker_is_configured_wrongly():
    setups = [plan(seed, 1).setup for seed in range(200)]
    assert all(setup.batch_count <= setup.prefetch for setup in setups)


def test_there_is_a_proxy_between_every_pair():
    assert len(set(links("redis"))) == 9
    assert len(set(links("sqlite"))) == 7


def test_every_obligation_is_confirmed_by_one_shipment():
    sent = traffic("run", 3, 20)
    names = Counter(name for each in sent.shipments for name in each.owed)
    assert {name: 1 for name in sent.obligations} == names  # noqa: C420 - reads as it is meant


def test_no_two_bad_inputs_are_equal():
    sent = traffic("run", 3, 60)
    bodies = Counter(owed.body for owed in sent.obligations.values() if owed.due == "letter")
    assert {1} == {*bodies.values()}
    assert len(bodies) > 50
