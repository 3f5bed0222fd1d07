"""docs/commands.rst is what the commands say."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from mqworker.cli.group import main
from mqworker.cli.manual import entries_below, marked, pages

PAGE = Path(__file__).parents[3] / "docs" / "commands.rst"


def test_the_page_is_what_the_commands_say() -> None:
    """If not: make generated."""
    assert PAGE.read_text() == "\n".join(pages())


def test_every_command_has_a_section_with_all_that_it_takes_of_its_own() -> None:
    context = click.Context(main, info_name="mqworker")
    sections = list(entries_below(main, context))
    assert any(each.startswith("mqworker deadletter replay\n---") for each in sections)
    assert all("\n\n``mqworker " in each for each in sections)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("as `mqworker run` does", "as ``mqworker run`` does"),
        ("unless --yes is given", "unless ``--yes`` is given"),
        ("docs/intake.rst tells", ":doc:`intake` tells"),
        ("a *, a | and a_ b_c", r"a \*, a \| and a\_ b_c"),
    ],
)
def test_code_and_pages_in_a_help_text_are_marked_and_nothing_else_is_markup(
    words: str, expected: str
) -> None:
    assert expected == marked(words)
