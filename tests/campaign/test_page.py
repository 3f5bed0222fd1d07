"""The page of results, and the picture of a timeline."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from tests.campaign.diary import Diary, Entry, read
from tests.campaign.drawing import drawing, page, stacked
from tests.campaign.page import PAGE, rendered, results, with_tables
from tests.campaign.plan import kinds


def test_the_tables_of_the_page_are_those_of_the_results() -> None:
    text = PAGE.read_text()
    assert text == with_tables(text, rendered(results()))


def test_every_fault_that_can_happen_has_a_name_on_the_page() -> None:
    for memory in ("sqlite", "redis", "embedded"):
        done = {f"{kind.name} {target}": 1 for kind in kinds(memory) for target in kind.targets}
        figures = dict.fromkeys(("events", "documents", "bad inputs", "fills"), 1)
        told = {"seed": 1, "memory": memory, "seconds": 60, "took_s": 90, "faults": done}
        told["settled_amid_faults"] = 1
        told |= {"figures": figures, "findings": [], "found": 0, "date": "2026-01-01"}
        assert "SIGKILL of a single worker" in rendered([told | {"version": "1.0"}])


def test_what_happened_is_drawn_in_the_lane_of_whom_it_happened_to(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "timeline.jsonl")
    diary.note("campaign", "rate", left=3, confirmed=2, depth=1)
    diary.note("campaign", "rate", left=3, confirmed=2, depth=-1)
    diary.note("rabbitmq", "kill", 0.0, how="")
    diary.note("worker-a>rabbitmq", "silence", 0.0, how="")
    diary.note("worker-a", "ran", 0.0, status=-9, meant="kill")
    diary.note("worker-b", "pause: skipped", told="not there & <gone>")
    diary.close()

    entries = read(tmp_path / "timeline.jsonl")
    assert diary.entries == entries
    picture = ET.fromstring(drawing(entries))  # noqa: S314 - our own
    words = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    lanes = [word for word in words if word in {entry.lane for entry in entries}]
    assert ["worker-a", "worker-b", "rabbitmq", "worker-a>rabbitmq"] == lanes


def test_faults_that_overlap_are_drawn_below_each_other() -> None:
    times = [(0.0, 9.0), (1.0, 3.0), (2.0, 4.0), (3.5, 5.0)]
    faults = [Entry(ended, "rabbitmq", "cut", began, {}) for began, ended in times]
    assert [0, 1, 2, 1] == [place for _, place in stacked(faults)]


def test_a_failing_campaign_tells_how_to_see_it_again() -> None:
    finding = {"what": "lost", "whom": "c7-1", "told": "amqp <&>"}
    told = {"seed": 7, "seconds": 45.0, "memory": "redis", "planned": 3, "found": 1}
    text = page(told | {"figures": {"events": 1}, "findings": [finding]}, [])
    assert "python -m tests.campaign --seed 7 --seconds 45" in text
    assert "amqp &lt;&amp;&gt;" in text
