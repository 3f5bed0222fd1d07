"""Which extractors read an event, and what becomes of the event."""

import pytest

from mqworker.core.extract import FAILED_TAG, Extraction, Extractor
from mqworker.core.statement import Statement


def event(summary="text", details=None, **fields):
    return {
        "processname": "UNKNOWN",
        "processid": "UNKNOWN",
        "category": "UNKNOWN",
        "source": "UNKNOWN",
        "hostname": "web1",
        "summary": summary,
        "tags": [],
        "mozdef": {"plugins": []},
        "details": details or {},
    } | fields


def saying(facts, name="reader", **for_what):
    return Extractor(name, lambda _: facts, **(for_what or {"programs": ("app",)}))


def applied(extractors, fields):
    return Extraction(extractors).apply(fields), fields


@pytest.mark.parametrize("spelling", ["app", "App", "/usr/sbin/app", "app[42]:", "app: joe"])
def test_an_extractor_reads_its_program_however_the_sender_spells_it(spelling):
    _, fields = applied([saying({"a": "1"})], event(processname=spelling))
    assert {"a": "1"} == fields["details"]
    assert ["reader"] == fields["mozdef"]["plugins"]


@pytest.mark.parametrize(
    ("for_what", "fields"),
    [
        ({"categories": ("Mail",)}, {"category": "mAIL"}),
        ({"names": ("actor",)}, {"details": {"actor": ""}}),
        ({"beginnings": ("%-RT",)}, {"summary": "%-RT x"}),
        ({"programs": ("app",)}, {"details": {"program": "app"}}),
        ({"programs": ("app",)}, {"details": {"program": "app"}, "processname": "-"}),
        ({"programs": ("app",)}, {"summary": "Nov 23 05:48:44 web1 app[7]: hi"}),
    ],
)
def test_an_extractor_reads_events_that_any_of_its_marks_fits(for_what, fields):
    _, fields = applied([saying({"a": "1"}, **for_what)], event(**fields))
    assert "1" == fields["details"]["a"]


def test_an_event_that_nobody_is_for_stays_as_it_is():
    fields = event(processname="other", details={"x": 1})
    failed, after = applied([saying({"a": "1"})], fields)
    assert ((), event(processname="other", details={"x": 1})) == (failed, after)


def test_an_extractor_that_says_nothing_is_not_recorded():
    _, fields = applied([saying({}), saying({"a": None}, "other")], event(processname="app"))
    assert event(processname="app") == fields


def test_of_a_syslog_line_the_extractor_gets_the_text_and_the_process():
    seen = []
    reader = Extractor("r", lambda e: seen.append(dict(e)) or {"a": "1"}, programs=("app",))
    line = "2026-11-23T05:48:44.123+02:00 web1 app[7]: hello"
    _, fields = applied([reader], event(line))
    assert ("app", "7", "hello") == tuple(
        seen[0][name] for name in ("processname", "processid", "summary")
    )
    assert (line, "UNKNOWN", "UNKNOWN") == tuple(
        fields[name] for name in ("summary", "processname", "processid")
    )
    assert {"a": "1", "program": "app", "processid": "7"} == fields["details"]


def test_a_line_in_the_log_of_another_program_is_not_believed():
    line = "Nov 23 05:48:44 web1 app[7]: hello"
    _, fields = applied([saying({"a": "1"})], event(line, eventsource="/srv/shop/error.log"))
    assert {} == fields["details"]


def test_an_extractor_is_asked_once_though_several_marks_fit():
    calls = []
    reader = Extractor(
        "r",
        lambda _: calls.append(1) or {},
        programs=("app",),
        categories=("mail",),
        beginnings=("t", "te"),
    )
    applied([reader], event(processname="app", category="mail"))
    assert [1] == calls


def test_extractors_have_their_turn_by_name_and_the_first_to_state_wins():
    extractors = [saying({"a": "late", "b": "2"}, "z"), saying({"a": "early"}, "m")]
    _, fields = applied(extractors, event(processname="app"))
    assert {"a": "early", "b": "2"} == fields["details"]
    assert ["m", "z"] == fields["mozdef"]["plugins"]


def fail(_):
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "extract",
    [
        fail,
        lambda _: ["a"],
        lambda _: {"a": "1", 5: "2"},
        lambda _: {"a": "1", "b": object()},
        lambda _: {"a": "1", "b": {"c": {1, 2}}},
        lambda _: {"a": "1", "b": 2**70},
        lambda _: {"a": "\ud800"},
        lambda _: {"\udfff": "a"},
        lambda _: Statement({"a": "1"}, corrected={"username": "root"}),
        lambda _: Statement({"a": "1"}, fields={"summary": "x"}),
        lambda _: Statement({"a": "1"}, fields={"hostname": "h" * 256}),
        lambda _: Statement({"a": "1"}, fields={"type": ""}),
        lambda _: Statement({"a": "1"}, fields={"type": 5}),
    ],
)
def test_whatever_a_bad_extractor_does_costs_its_event_a_tag_and_an_error(extract):
    bad, good = Extractor("bad", extract, programs=("app",)), saying({"good": "1"}, "good")
    failed, fields = applied([bad, good], event(processname="app", tags=["x"]))
    (error,) = fields.pop("errors")
    assert ("bad",) == failed
    assert error.startswith("extractor bad: ")
    assert ["x", FAILED_TAG] == fields["tags"]
    assert {"good": "1"} == fields["details"]


def test_spellings_are_learned_within_bounds():
    extraction = Extraction([saying({"a": "1"})])
    for number in range(5000):
        extraction.apply(event(processname=f"p{number}", category=f"c{number}"))
    extraction.apply(event(processname="x" * 1000))
    assert len(extraction.programs.known) == len(extraction.categories.known) == 4096
    assert "x" * 1000 not in extraction.programs.known
    fields = event(processname="APP")
    extraction.apply(fields)
    assert {"a": "1"} == fields["details"]
