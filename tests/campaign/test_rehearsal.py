"""The oracle over real workers: sound ones pass, planted defects do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mqworker.core.identity import IDENTITY_HEADER
from mqworker.core.message import STORED, Document, Outcome, Publication
from mqworker.publishers.memory import MemoryPublisher
from mqworker.worker import Worker
from tests.campaign.oracle import judge
from tests.campaign.rehearsal import Parties, Sink, rehearse


def every(count: int, document: Document) -> bool:
    return sum(document.id.encode()) % count == 0


class LosingSink(Sink):
    def create(self, document: Document) -> Outcome:
        return STORED if every(20, document) else super().create(document)


class DoublingSink(Sink):
    def create(self, document: Document) -> Outcome:
        if every(20, document):
            super().create(document._replace(index_name="events-of-another-day"))
        return super().create(document)


class ForgetfulSink(Sink):
    """Says that a completion is stored, and leaves the document as it was."""

    def amend(self, amendments):
        return [STORED for _ in amendments]


class EarlyWorker(Worker):
    """Acknowledges what it has only received."""

    def admit(self, delivery, now):
        good = super().admit(delivery, now)
        self.parts.source.settle([delivery.tag])
        return good


class CarelessPublisher(MemoryPublisher):
    """Says that a dead letter is confirmed, and has dropped it."""

    def publish(self, publications: Sequence[Publication]) -> None:
        super().publish(publications[1:])


class WrongPublisher(MemoryPublisher):
    """Gives every dead letter an identity of its own, and sends each twice."""

    def publish(self, publications: Sequence[Publication]) -> None:
        super().publish(publications)
        for each in publications:
            headers = {**each.properties.headers, IDENTITY_HEADER: "another"}
            properties = replace(each.properties, headers=headers)
            super().publish([each._replace(properties=properties)])


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_nothing_is_found_where_nothing_is_wrong(seed: int) -> None:
    verdict = judge(rehearse(Parties(), seed))

    assert [] == verdict.findings
    assert min(verdict.figures[name] for name in ("fills", "ambiguous", "dead letters")) > 0


@pytest.mark.parametrize(
    ("defect", "parties"),
    [
        ("lost", Parties(sink=LosingSink)),
        ("lost", Parties(worker=EarlyWorker, turns=2)),
        ("doubled", Parties(sink=DoublingSink)),
        ("wrong fill", Parties(sink=ForgetfulSink)),
        ("letter missing", Parties(burying=CarelessPublisher)),
        ("letter doubled", Parties(burying=WrongPublisher)),
    ],
    ids=["sink loses", "early ack", "sink doubles", "no completion", "no letter", "two identities"],
)
def test_a_planted_defect_is_found(defect: str, parties: Parties) -> None:
    found = {finding.what for finding in judge(rehearse(parties)).findings}

    assert defect in found
    # What is lost is no evidence for others any more, and may have been bad input.
    assert found <= {defect, "wrong fill", "letter missing"}
