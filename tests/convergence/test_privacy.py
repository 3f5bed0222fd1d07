"""Hidden values change nothing about how documents come about: they are those of the reference."""

from collections import Counter
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqworker.core.privacy import Concealment, Privacy
from tests.convergence.logs import IDENTITY, log_of
from tests.convergence.played import COMPILED, expected, played

EXAMPLES = 200
SHARE = 0.1
KEY = b"0123456789abcdef"


@pytest.mark.parametrize(
    ("action", "fields"),
    # Where all are dropped there is nothing left to complete.
    [("hash", IDENTITY), ("mask", IDENTITY), ("drop", IDENTITY[2:])],
)
def test_documents_are_those_of_the_reference_with_their_values_hidden(action, fields):
    privacy = Privacy((Concealment(action, tuple(fields)),), KEY)
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(st.integers(0, 2**40), st.integers(0, 2**40))
    def documents_are_those_of_the_reference(log, schedule):
        messages = log_of(log)
        simulation = played(messages, Random(schedule), privacy)
        hidden = {
            name: orjson.loads(orjson.dumps(privacy.document(document, {}, COMPILED)))
            for name, document in expected(messages).items()
        }
        assert hidden == simulation.documents()
        counts = simulation.tally.counts
        seen.update(["runs", *(fact for fact in ("filled", "completed") if counts[fact])])

    documents_are_those_of_the_reference()
    for fact in ("filled", "completed"):
        assert seen[fact] >= SHARE * seen["runs"], (fact, seen)
