"""What Linux audit records mean by their numbers."""

import pytest

from mqworker.extractors.auditd import EXTRACTOR


def said(hostname="x", **details):
    return EXTRACTOR.extract({"hostname": hostname, "details": details})


@pytest.mark.parametrize(
    ("details", "corrected"),
    [
        ({"auid": "4294967295", "ses": "4294967295"}, {"auid": "-1", "ses": "-1"}),
        ({"auid": 4294967295}, {"auid": "-1"}),
        ({"auid": "1000", "uid": "4294967295"}, {}),
        ({"uid": "(null)", "ppid": "(null)", "sessionid": "(null)"}, {"uid": -1, "ppid": -1}),
        ({"gid": "0, 10"}, {"gid": None}),
        ({"gid": 5, "egid": "0, 10"}, {}),
    ],
)
def test_numbers_that_mean_none_are_put_right(details, corrected):
    assert corrected == said(**details).corrected


def test_a_list_of_groups_is_kept_as_text():
    assert {"gidstring": "0, 10"} == said(gid="0, 10").details


def test_the_event_happened_on_the_host_that_the_record_names():
    statement = said(dhost="node1")
    assert {"hostname": "node1", "type": "auditd"} == statement.fields
    assert {"relayhostname": "x"} == statement.details


@pytest.mark.parametrize("host", ["", None, 5, "h" * 256, ["a"]])
def test_what_is_no_name_of_a_host_changes_nothing(host):
    assert ({"type": "auditd"}, {}) == (said(dhost=host).fields, said(dhost=host).details)


def test_a_host_that_nobody_relayed_for_is_not_named_twice():
    assert [{}, {}] == [said("UNKNOWN", dhost="a").details, said("a", dhost="a").details]
