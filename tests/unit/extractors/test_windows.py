"""Logons in Windows' security log."""

import pytest

from mqworker.extractors.windows import EXTRACTOR

LOGON = {"eventid": 4624, "targetusername": "joe", "ipaddress": "192.0.2.7", "ipport": "53942"}
FACTS = {"username": "joe", "sourceipaddress": "192.0.2.7", "sourceport": "53942"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, FACTS),
        ({"eventid": "4625"}, FACTS),
        ({"ipport": "0"}, {"username": "joe", "sourceipaddress": "192.0.2.7"}),
        ({"ipport": "99999"}, {"username": "joe", "sourceipaddress": "192.0.2.7"}),
        ({"ipaddress": "-", "ipport": "-"}, {"username": "joe"}),
        ({"ipaddress": None}, {"username": "joe"}),
        ({"targetusername": "-"}, {"sourceipaddress": "192.0.2.7", "sourceport": "53942"}),
        ({"targetusername": 5, "ipaddress": "-"}, {}),
        ({"eventid": 4720}, {}),
        ({"eventid": [4624]}, {}),
        ({"eventid": None}, {}),
    ],
)
def test_only_a_logon_states_who_and_from_where(change, expected):
    assert expected == EXTRACTOR.extract({"details": LOGON | change})
