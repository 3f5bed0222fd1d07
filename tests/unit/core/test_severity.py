import pytest

from mqworker.core.severity import order_severities


def winner_of(found):
    names = list(found)
    order_severities(found, names)
    return names[0]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"severity": 5, "level": "warning"}, "level"),
        ({"severity": "6", "level": "30", "priority": "Crit"}, "priority"),
        ({"severity": "6.0", "level": ["info"]}, "level"),
        ({"severity": "", "syslogseverity": 2, "level": "error"}, "level"),
    ],
)
def test_a_name_of_a_level_beats_a_number(found, expected):
    assert winner_of(found) == expected


@pytest.mark.parametrize(
    "found",
    [
        {"severity": "INFO", "syslogseverity": "NOTICE"},
        {"severity": "custom", "level": "info"},
        {"severity": 5, "level": "administrator"},
        {"severity": 5, "level": 4},
        {"severity": None, "level": ""},
    ],
)
def test_otherwise_the_order_stays_as_it_was(found):
    assert winner_of(found) == "severity"
