import pytest

from mqworker.core.cloudtrail.calls import call


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("describeInstances", ("DescribeInstances", "Describe", True)),
        ("GetObject", ("GetObject", "Get", True)),
        ("List", ("List", "List", True)),
        ("RunInstances", ("RunInstances", "Run", False)),
        ("ConsoleLogin", ("ConsoleLogin", "Console", False)),
        ("GETThing", ("GETThing", "G", False)),
    ],
)
def test_a_call_has_a_verb_and_reads_or_writes(name, expected):
    assert dict(zip(("eventname", "eventverb", "eventreadonly"), expected, strict=True)) == (
        call(name)
    )


@pytest.mark.parametrize("name", ["", "7up", "ünder"[1:1]])
def test_a_name_without_a_verb_has_none(name):
    assert {"eventname": name} == call(name)
