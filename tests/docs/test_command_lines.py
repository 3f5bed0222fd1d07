"""Every command line of the documentation works, or a reason says why only its words are judged."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from tests.docs.grammar import JUDGES, objections
from tests.docs.lines import ROOT, Line, lines_of, pages
from tests.docs.site import Site
from tests.docs.treatment import TREATMENTS, Left, Run, Serve, plain, treatment_of
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq
from tests.services.web import ask
from tests.shippers import stack

LINES = [line for page in pages() for line in lines_of(page)]
COMMANDS = [line for line in LINES if not line.loose]
WRITTEN = [line for line in LINES if not line.loose or line.text.split()[0] in JUDGES]
NO_COMMAND = {"mqworker client"}
"""The category of the client's own events."""


def test_every_command_line_is_run_or_left_for_a_reason() -> None:
    """Whoever writes a new one says in `tests.docs.treatment` what is to be done with it.

    A block that holds no command lines has to say what it holds (`.. code-block:: text`).
    """
    assert [] == [f"{line.place}: {line.text}" for line in COMMANDS if treatment_of(line) is None]


def test_no_treatment_is_of_a_line_that_is_no_longer_there() -> None:
    stale = [
        f"{page}: {begin}"
        for page, treatments in TREATMENTS.items()
        for begin in treatments
        if not any(plain(each.text).startswith(begin) for each in COMMANDS if each.page == page)
    ]
    assert [] == stale


@pytest.mark.parametrize("page", sorted({line.page for line in WRITTEN}))
def test_every_command_option_target_unit_and_file_that_a_page_names_is_there(page: str) -> None:
    wrong = {
        line.place: objections(line.text)
        for line in WRITTEN
        if line.page == page and line.text not in NO_COMMAND
    }
    assert {} == {place: told for place, told in wrong.items() if told}


def test_a_reason_names_tests_that_are_there() -> None:
    reasons = [
        how.reason for page in TREATMENTS.values() for how in page.values() if isinstance(how, Left)
    ]
    named = {word.rstrip(",;") for reason in reasons for word in reason.split() if "tests/" in word}
    assert [] == [each for each in named if not (ROOT / each).exists()]


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, rabbitmq: Rabbitmq, elasticsearch: Elasticsearch
) -> Iterator[Site]:
    """A worker and an intake that run already, as when somebody reads on."""
    place = tmp_path_factory.mktemp("site")
    with rabbitmq.vhost() as broker:
        made = Site(
            place, stack.start(tmp_path_factory.mktemp("stack"), rabbitmq, broker, elasticsearch)
        )
        try:
            made.prepare()
            yield made
        finally:
            made.stack.worker.discard()
            made.stack.intake.discard()


@pytest.fixture
def _tidied(rabbitmq: Rabbitmq) -> Iterator[None]:
    """Take away what a page tells an administrator to make."""
    yield
    for path in ("/api/policies/%2F/mqworker", "/api/vhosts/events"):
        if rabbitmq.management_url is not None:
            ask(rabbitmq.management_url, "DELETE", path)


@pytest.mark.usefixtures("_tidied")
@pytest.mark.parametrize("page", sorted(TREATMENTS))
def test_the_command_lines_of_a_page_work_one_after_the_other(site: Site, page: str) -> None:
    for line in COMMANDS:
        how = treatment_of(line) if line.page == page else None
        if isinstance(how, Serve):
            site.serve(line, how)
        elif isinstance(how, Run):
            assert_shown(line, site.run(line, how))


def assert_shown(line: Line, printed: str) -> None:
    """Where the page shows what a command prints, it prints just that; of JSON the same."""
    if line.output.startswith("{"):
        assert orjson.loads(line.output) == orjson.loads(printed)
    elif line.output:
        assert plain(line.output) == printed.rstrip("\n")
