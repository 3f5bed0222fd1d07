"""Whatever the order, the batches, the workers and the kills: the documents are the same.

A long run: MQWORKER_CONVERGENCE_EXAMPLES=100000 pytest tests/convergence
"""

import os
from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.convergence.logs import log_of
from tests.convergence.played import expected, played

EXAMPLES = int(os.environ.get("MQWORKER_CONVERGENCE_EXAMPLES", "2000"))
SHARE = 0.2
"""Of the runs in which fills, back-fills and take-backs each have to happen, at least."""


def test_documents_are_those_of_the_reference_and_enough_happened_on_the_way():
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(st.integers(0, 2**40), st.integers(0, 2**40))
    def documents_are_those_of_the_reference(log, schedule):
        messages = log_of(log)
        simulation = played(messages, Random(schedule))
        assert expected(messages) == simulation.documents()
        counts = simulation.tally.counts
        happened = [fact for fact in ("filled", "completed", "taken_back") if counts[fact]]
        seen.update(["runs", *happened])

    documents_are_those_of_the_reference()
    print(f"of {seen['runs']} runs: {dict(seen)}")  # noqa: T201 - the figure belongs in the report
    for fact in ("filled", "completed", "taken_back"):
        assert seen[fact] >= SHARE * seen["runs"], (fact, seen)
