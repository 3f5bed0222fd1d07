from __future__ import annotations

from pathlib import Path

from mqworker.config.manual import pages
from mqworker.config.settings import OPTIONS, SECTIONS, Settings

MANUAL = Path(__file__).parents[3] / "docs" / "configuration.rst"


def test_the_manual_is_what_the_declarations_say() -> None:
    assert MANUAL.read_text() == "\n".join(pages())


def test_every_option_is_in_the_manual_with_flag_and_variable() -> None:
    manual = MANUAL.read_text()

    missing = [
        option.name
        for option in OPTIONS.values()
        if not all(f"``{word}``" in manual for word in (option.name, option.flag, option.variable))
    ]
    assert [] == missing


def test_every_option_is_a_field_of_the_settings_once() -> None:
    declared = sum(len(section.__dataclass_fields__) for section in SECTIONS)

    assert declared == len(OPTIONS)
    assert set(OPTIONS) <= set(Settings.__dataclass_fields__)


def test_every_default_fits_its_own_option() -> None:
    for option in OPTIONS.values():
        if option.default is not None:
            values = option.default if option.repeatable else [option.default]
            assert list(values) == [option.kind.accept(value) for value in values]
