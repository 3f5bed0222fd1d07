from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.config.kinds import (
    DIRECTORY,
    FLAG,
    ZONE,
    Kind,
    Unfit,
    choice,
    number,
    text,
    url,
    whole,
)
from mqworker.config.settings import OPTIONS


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [
        (whole(), "7", 7),
        (number(0, 1), "0.25", 0.25),
        (FLAG, "Yes", True),
        (FLAG, "off", False),
        (choice("plain", "external"), "external", "external"),
        (url("x://y"), "sqlite:///var/lib/x.db", "sqlite:///var/lib/x.db"),
        (ZONE, "Europe/Berlin", "Europe/Berlin"),
        (ZONE, "UTC", "UTC"),
        (text(), "größe", "größe"),
    ],
)
def test_text_that_fits_becomes_a_value(kind: Kind, words: str, expected: Any) -> None:
    assert expected == kind.parse(words)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (whole(), "0"),
        (whole(), "1.5"),
        (whole(), ""),
        (whole(1, 9), "10"),
        (number(0, 1), "nan"),
        (number(0, 1), "1.01"),
        (FLAG, "2"),
        (choice("plain", "external"), "Plain"),
        (url("x://y"), "127.0.0.1:9200"),
        (url("x://y"), "http://"),
        (url("x://y"), "http://a b"),
        (url("x://y", "http", "https"), "ftp://a"),
        (ZONE, "Europe/Bärlin"),
        (text(), ""),
        (text(4), "größe"),
    ],
)
def test_text_that_does_not_fit_is_refused(kind: Kind, words: str) -> None:
    with pytest.raises(Unfit):
        kind.parse(words)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (whole(), True),
        (whole(), "7"),
        (whole(), 7.0),
        (number(0, 1), "0.5"),
        (number(0, 10), 10**400),
        (FLAG, "true"),
        (FLAG, 1),
        (text(), 5),
        (url("x://y"), ["http://a"]),
    ],
)
def test_a_value_of_another_type_is_refused(kind: Kind, value: object) -> None:
    with pytest.raises(Unfit):
        kind.accept(value)


def test_a_directory_has_to_be_there_and_to_be_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    assert tmp_path == DIRECTORY.accept(str(tmp_path))
    with pytest.raises(Unfit, match="it is a file"):
        DIRECTORY.accept(str(file))
    with pytest.raises(Unfit, match="there is none"):
        DIRECTORY.accept(str(tmp_path / "missing"))


@pytest.mark.parametrize("value", ["amqp://u:hunter2@h/v", "u:hunter2@h", "://u:hunter2@h"])
def test_a_url_that_does_not_fit_is_quoted_without_its_password(value: str) -> None:
    assert "hunter2" not in url("x://y").quote(value)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.dates(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(), st.integers(), max_size=2),
)


@given(ANYTHING, st.sampled_from(sorted(OPTIONS)))
def test_no_value_of_a_file_does_worse_than_not_to_fit(value: object, name: str) -> None:
    kind = OPTIONS[name].kind
    try:
        kind.accept(value)
    except Unfit:
        assert kind.quote(value)


@given(st.text(), st.sampled_from(sorted(OPTIONS)))
def test_no_text_does_worse_than_not_to_fit(words: str, name: str) -> None:
    kind = OPTIONS[name].kind
    try:
        value = kind.parse(words)
    except Unfit:
        assert kind.quote(words)
    else:
        assert value == kind.accept(value)
