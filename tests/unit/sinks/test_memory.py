from mqworker.core.message import STORED, Document, Outcome
from mqworker.sinks.memory import MemorySink

BUSY = Outcome("retry", "429")


def test_the_judge_decides_what_becomes_of_each_document():
    sink = MemorySink(lambda document: BUSY if document.id == "2" else None)
    outcomes = sink.write([Document("i", id_, b"{}") for id_ in "123"])
    assert outcomes == [STORED, BUSY, STORED]
    assert list(sink.documents) == [("i", "1"), ("i", "3")]


def test_words_that_have_no_letters_are_in_no_document():
    sink = MemorySink()
    sink.write([Document("i", "1", b'{"summary": "---"}')])
    assert sink.search("---", 10) == []
