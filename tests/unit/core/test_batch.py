from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.batch import Batch, BatchPolicy

POLICY = BatchPolicy(count=3, bytes=100, age_s=1.0)


def test_a_batch_is_due_by_count():
    batch = Batch(POLICY)
    for item in range(3):
        batch.add(item, 1, 0.0)
    assert batch.due(0.0)


def test_a_batch_is_due_by_bytes():
    batch = Batch(POLICY)
    batch.add("large", 100, 0.0)
    assert batch.due(0.0)


def test_a_batch_is_due_by_the_age_of_its_oldest_item():
    batch = Batch(POLICY)
    batch.add("old", 1, 5.0)
    batch.add("young", 1, 5.9)
    assert [batch.due(5.95), batch.due(6.0)] == [False, True]


def test_an_empty_batch_is_never_due_and_waits_as_long_as_allowed():
    batch = Batch(POLICY)
    assert not batch.due(1e9)
    assert batch.wait_s(1e9, 0.25) == 0.25


@given(st.lists(st.integers(0, 250)))
def test_batches_keep_order_and_bounds_and_lose_nothing(sizes):
    batch, taken = Batch(POLICY), []
    for number, size in enumerate(sizes):
        if not batch.takes(size):
            taken.append(batch.take())
        batch.add((number, size), size, 0.0)
    taken.append(batch.take())
    assert list(enumerate(sizes)) == [item for items in taken for item in items]
    for items in taken:
        assert len(items) <= 3
        assert len(items) <= 1 or sum(size for _, size in items) <= 100
