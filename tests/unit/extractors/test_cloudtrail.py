"""CloudTrail's records that others ship: the user, the session, the verb, the kind of event."""

import pytest

from mqworker.core.cloudtrail.mapping import HIDDEN
from mqworker.core.statement import Statement
from mqworker.extractors.cloudtrail import EXTRACTOR

ROLE = {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"userName": "admin-role"}}}
VERB = {"eventname": "ListUsers", "eventverb": "List", "eventreadonly": True}


def stated(event):
    """Return what is stated in `details` beside the verb."""
    said = EXTRACTOR.extract(event)
    facts = said.details if isinstance(said, Statement) else said
    return {name: value for name, value in facts.items() if name not in VERB}


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
        (
            {"userName": "joe", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
            {"username": "joe", "sessionid": "AKIAIOSFODNN7EXAMPLE"},
        ),
    ],
)
def test_the_user_who_called_is_stated_and_nobody_else(identity, expected):
    event = {"details": {"useridentity": identity, "eventname": "ListUsers"}}
    assert expected == stated(event)


def test_what_is_no_record_of_cloudtrail_states_nothing():
    assert {} == EXTRACTOR.extract({"details": {"useridentity": {"userName": "joe"}}})


def test_a_record_that_was_shipped_as_it_is_gets_verb_type_source_and_hostname():
    details = {"useridentity": {"userName": "joe"}, "eventname": "listUsers"}
    event = {"hostname": "UNKNOWN", "source": "UNKNOWN", "eventsource": "iam.amazonaws.com"}
    said = EXTRACTOR.extract(event | {"details": details})
    assert VERB | {"username": "joe"} == said.details
    assert {"type": "cloudtrail", "source": "cloudtrail", "hostname": "iam.amazonaws.com"} == (
        said.fields
    )


def test_a_host_and_a_source_that_the_sender_named_stay():
    details = {"useridentity": {}, "eventname": "ListUsers"}
    event = {"hostname": "relay1", "source": "s3", "eventsource": "iam.amazonaws.com"}
    assert {"type": "cloudtrail"} == EXTRACTOR.extract(event | {"details": details}).fields


def test_a_service_whose_name_is_too_long_for_a_host_is_no_host():
    details = {"useridentity": {}, "eventname": "ListUsers"}
    event = {"hostname": "UNKNOWN", "source": "s3", "eventsource": "x" * 256}
    assert {"type": "cloudtrail"} == EXTRACTOR.extract(event | {"details": details}).fields
