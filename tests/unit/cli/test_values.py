from __future__ import annotations

import pytest

from mqworker.cli.values import values
from mqworker.config.settings import OPTIONS


@pytest.mark.parametrize(
    ("option", "begun", "expected"),
    [
        ("log_level", "", ["debug", "info", "warning", "error"]),
        ("log_format", "js", ["json"]),
        ("log_format", "x", []),
        ("timezone", "Europe/Berl", ["Europe/Berlin"]),
        ("queue", "", ["eventtask"]),
        ("batch_count", "", []),
        ("sink", "http", []),
    ],
)
def test_an_option_s_value_is_proposed_as_far_as_it_is_known(
    option: str, begun: str, expected: list[str]
) -> None:
    assert expected == [each.value for each in values(OPTIONS[option], begun)]


@pytest.mark.parametrize(("option", "kind"), [("rules", "file"), ("schemas", "dir")])
def test_a_path_is_left_to_the_shell(option: str, kind: str) -> None:
    (found,) = values(OPTIONS[option], "some/wh")

    assert (kind, "some/wh") == (found.type, found.value)
