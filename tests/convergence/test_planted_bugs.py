"""The convergence test is no good unless it fails for who cuts corners: each corner, cut."""

from random import Random

import pytest

from mqworker.core.correlation.place import Place
from mqworker.core.correlation.replica import Replica
from mqworker.core.message import STORED
from mqworker.correlating import Correlating
from mqworker.sinks.memory import MemorySink
from tests.convergence.logs import log_of
from tests.convergence.played import LIMITS, expected, played

MOST_RUNS = 3000


def read_once_after_the_write(patch):
    def checked(self, item):
        self.unfinished.discard(item.id)
        return item.paid()

    patch.setattr(Correlating, "checked", checked)


def replace_whatever_version_is_there(patch):
    def replace(self, amendment):
        with self.turn:
            if amendment.place in self.documents:
                self.documents[amendment.place] = amendment.source
                self.revisions[amendment.place] += 1
        return STORED

    patch.setattr(MemorySink, "replace", replace)


def keep_the_first_of_a_hot_link(patch):
    def cool(self, low, high):
        return self.within(low, high)[: LIMITS["hot"]]

    patch.setattr(Place, "cool", cool)


def take_a_409_for_the_whole_answer(patch):
    def stored(self, item, *, duplicate):
        waits = item.sighting is not None and None in item.sighting.stated and not duplicate
        if waits:
            self.written.append(item)
        return False if waits else item.paid()

    patch.setattr(Correlating, "stored", stored)


def trust_that_a_repeated_sighting_was_carried_through(patch):
    original = Replica.absorb

    def absorb(self, sighting, *, own):
        change = original(self, sighting, own=own)
        return None if change and change.repeated else change

    patch.setattr(Replica, "absorb", absorb)


@pytest.mark.parametrize(
    "plant",
    [
        read_once_after_the_write,
        replace_whatever_version_is_there,
        keep_the_first_of_a_hot_link,
        take_a_409_for_the_whole_answer,
        trust_that_a_repeated_sighting_was_carried_through,
    ],
)
def test_a_cut_corner_is_noticed(plant, monkeypatch):
    plant(monkeypatch)
    for seed in range(MOST_RUNS):
        messages = log_of(seed)
        if expected(messages) != played(messages, Random(seed * 7 + 1)).documents():
            return
    pytest.fail(f"{plant.__name__} went unnoticed in {MOST_RUNS} runs")
