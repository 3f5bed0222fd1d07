"""The user of CloudTrail's records."""

import pytest

from mqworker.extractors.cloudtrail import EXTRACTOR, HIDDEN

ROLE = {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"userName": "admin-role"}}}


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ({"userName": "joe", "type": "IAMUser"}, {"username": "joe"}),
        ({"username": "joe"}, {"username": "joe"}),
        (ROLE, {}),
        ({"userName": HIDDEN}, {}),
        ({"userName": ""}, {}),
        ({"userName": ["joe"]}, {}),
        ("joe", {}),
        (None, {}),
    ],
)
def test_the_user_who_called_is_stated_and_nobody_else(identity, expected):
    event = {"details": {"useridentity": identity, "eventname": "ListUsers"}}
    assert expected == EXTRACTOR.extract(event)


def test_what_is_no_record_of_cloudtrail_states_nothing():
    assert {} == EXTRACTOR.extract({"details": {"useridentity": {"userName": "joe"}}})
