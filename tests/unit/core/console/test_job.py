from __future__ import annotations

from datetime import timedelta

from mqworker.core.console.job import Job, job
from tests.pages import NOW, Page, asked


def test_what_is_being_done_tells_how_far_it_is_and_can_be_stopped() -> None:
    view = job(Job("replay", NOW, 50, 200, fates={"replay": 40, "left": 10}), asked())
    page = Page(view.body)

    assert view.live
    assert "50 of 200 letters" in page.text
    assert "40 put back" in page.text
    assert "/stop" in page.values("action")


def test_who_may_only_read_can_stop_nothing() -> None:
    view = job(Job("replay", NOW, 50, 200), asked()._replace(writable=False))

    assert "/stop" not in Page(view.body).values("action")


def test_what_was_done_tells_what_became_of_the_letters_and_is_not_fetched_again() -> None:
    done = Job("replay", NOW, 3, 3, NOW + timedelta(seconds=2), {"replay": 0, "worn": 3})
    view = job(done, asked())

    assert not view.live
    text = Page(view.body).text
    assert "0 put back" in text
    assert "3 were put back too often before" in text


def test_what_failed_says_why() -> None:
    view = job(Job("remove", NOW, 0, 3, NOW, {}, "the broker <does> not answer"), asked())

    assert "the broker <does> not answer" in Page(view.body).text


def test_a_look_that_is_over_leads_to_what_it_found() -> None:
    assert (
        "/letters?stage=x" == job(Job("look", NOW, 3, 3, NOW), asked(), "/letters?stage=x").location
    )


def test_a_look_that_failed_is_told() -> None:
    view = job(Job("look", NOW, 0, 3, NOW, {}, "no answer"), asked())

    assert ("", "no answer" in Page(view.body).text) == (view.location, True)


def test_nothing_is_being_done_at_first() -> None:
    assert {"job": None} == job(None, asked()).facts
