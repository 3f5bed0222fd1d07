import json

import pytest

from mqworker.core.free_form import LONGEST_PATH, clean_free_form

DEEP = json.loads('{"a":' * 17 + "1" + "}" * 17)


def cleaned(value):
    fields = {"details": {"requestparameters": value, "other": value}}
    clean_free_form(fields)
    assert value == fields["details"]["other"]
    return fields["details"]["requestparameters"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"a": 1, "b": [1, {"c": None}], "d": {"e": "x" * 100_000}},
        {"a": DEEP["a"]["a"]},
        {"k" * (LONGEST_PATH - 1): 1},
    ],
)
def test_what_can_be_stored_stays(value):
    assert value == cleaned(value)


@pytest.mark.parametrize(
    "value",
    ["text", 7, True, "", ["a"], [{"a": 1}], DEEP, {"a\0": 1}, {"a": {"k" * LONGEST_PATH: 1}}],
)
def test_what_elasticsearch_would_refuse_is_kept_as_text(value):
    assert value == json.loads(cleaned(value)["raw_value"])
