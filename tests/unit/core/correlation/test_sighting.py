from datetime import UTC, datetime

import pytest

from mqworker.config.rulesfile import load_rules
from mqworker.core.correlation.linking import SEPARATOR
from mqworker.core.correlation.sighting import Sighter, rule_name
from mqworker.core.message import Delivery, Document, Event, PlainProperties, Tag

SIGHTER = Sighter(load_rules())
RECEIVED = datetime(2026, 2, 1, 12, tzinfo=UTC)
OCCURRED = datetime(2026, 2, 1, 11, 59, 58, 123_456, tzinfo=UTC)
NOBODY = {"hostname": "UNKNOWN", "processname": "UNKNOWN", "processid": "UNKNOWN", "summary": "x"}
LONG = "f" * 32


def see(fields, occurred=OCCURRED, timestamp=None, received=RECEIVED):
    event = Event("e1", 0, occurred, {**NOBODY, "details": {}, **fields}, "event")
    properties = PlainProperties(timestamp=timestamp)
    delivery = Delivery(Tag(0, 0), b"", properties, received)
    return SIGHTER.see(event, Document("events-20260201", "e1", b""), delivery)


def links(fields):
    """Return the links of an event as lists of the rule's name and the values."""
    sighting = see(fields)
    return [link.split(SEPARATOR) for link in sighting.links] if sighting else []


def stated(details):
    """Return what an event states; the request makes sure that it is seen."""
    return see({"details": {"requestid": "r", **details}}).stated


def sshd(summary, **more):
    return {
        "hostname": "web1",
        "processname": "sshd",
        "processid": "4711",
        "summary": summary,
        **more,
    }


def test_a_login_has_a_link_for_each_thing_that_it_shares_in_the_order_of_their_names():
    fields = sshd(
        "Accepted publickey for joe from 192.0.2.1 port 4242 ssh2",
        details={"sourceipaddress": "192.0.2.1", "sourceport": 4242, "username": "joe"},
    )
    assert links(fields) == [
        ["connection-port", "web1", "192.0.2.1", "4242"],
        ["process", "web1", "sshd", "4711"],
    ]
    assert see(fields).stated == ("192.0.2.1", None, "joe")


def test_a_request_has_its_session_request_and_trace_as_links():
    details = {"sessionid": LONG, "requestid": "r1", "traceid": "t1", "connectionid": 7}
    assert links({"hostname": "web1", "details": details}) == [
        ["connection", "7", "web1"],
        ["request", "r1"],
        ["session", LONG],
        ["trace", "t1"],
    ]


def test_what_nothing_can_link_is_not_remembered():
    assert see({"details": {"username": "joe", "sourceipaddress": "192.0.2.1"}}) is None


def test_a_short_session_id_counts_within_its_host_only():
    one = {"hostname": "fw1", "details": {"sessionid": "17"}}
    assert links(one) == [["session", "17", "fw1"]]
    assert links({**one, "hostname": "UNKNOWN"}) == []


@pytest.mark.parametrize("word", ["", " ", "-", "unknown", "UNKNOWN", "null", None, [], {}])
def test_words_for_no_value_are_neither_links_nor_stated(word):
    names = ("sessionid", "requestid", "traceid", "connectionid", "sourceport", "username")
    assert links({"hostname": "web1", "details": dict.fromkeys(names, word)}) == []
    assert stated({"sessionid": word, "username": word, "sourceipaddress": word}) == (None,) * 3


def test_one_address_in_two_notations_is_one_link_and_one_value():
    made = [
        links({"hostname": "h", "details": {"sourceipaddress": ip, "sourceport": "1"}})
        for ip in ("::ffff:192.0.2.1", "192.0.2.1")
    ]
    assert made[0] == made[1] == [["connection-port", "h", "192.0.2.1", "1"]]
    assert stated({"sourceipaddress": "2001:DB8::0:1"}) == ("2001:db8::1", None, None)


def test_a_process_id_is_text_whether_it_was_sent_so_or_as_a_number():
    assert links(sshd("x")) == links(sshd("x", processid=4711)) != []


@pytest.mark.parametrize("name", ["sshd", "/usr/sbin/sshd", "sshd[4711]:", "sshd: joe [priv]"])
def test_a_daemon_is_known_by_its_bare_name(name):
    assert links(sshd("x", processname=name)) == [["process", "web1", "sshd", "4711"]]


def test_a_line_of_a_log_file_whose_details_name_the_process_is_linked_like_any_other():
    line = "Nov 23 05:48:44 web1 sshd[4711]: Invalid user admin from 192.0.2.7 port 4242"
    raw = {"hostname": "web1", "summary": line, "details": {"program": "sshd", "processid": "4711"}}
    assert links(raw) == links(sshd("x")) != []
    turned_away = line.replace("Invalid user admin", "drop connection #10")
    assert links({**raw, "summary": turned_away}) == []


def test_what_an_event_itself_says_of_its_process_counts_before_its_details():
    fields = sshd("x", details={"program": "nginx", "processid": "1"})
    assert links(fields) == [["process", "web1", "sshd", "4711"]]
    assert links(sshd("x", processname="nginx", details={"program": "sshd"})) == []


@pytest.mark.parametrize("name", ["nginx", "httpd", "mysshd", "sshd-keygen", "gunicorn"])
def test_a_process_that_serves_many_is_no_link(name):
    assert links(sshd("x", processname=name)) == []


@pytest.mark.parametrize("number", ["UNKNOWN", "", "-", "0", 0, "-1", -1])
def test_a_process_without_a_number_is_no_link(number):
    assert links(sshd("x", processid=number)) == []


@pytest.mark.parametrize(
    "line",
    [
        "Server listening on 0.0.0.0 port 22.",
        "Received SIGHUP; restarting.",
        "Received signal 15; terminating.",
        "error: beginning MaxStartups throttling",
        "error: in MaxStartups throttling for 00:05:01, 4711 connections dropped",
        "exited MaxStartups throttling after 00:01:08, 21 connections dropped",
        "drop connection #10 from [192.0.2.7]:46482 on [203.0.113.1]:22 past MaxStartups",
        "drop connection #0 from [192.0.2.7]:46482 on [203.0.113.1]:22 penalty: failed auth",
        "srclimit_penalise: ipv4: new 192.0.2.7/32 deferred penalty of 1 seconds for penalty: …",
        "Timeout before authentication for connection from 192.0.2.7 to 203.0.113.1, pid = 78856",
        "error: session process 78856 for connection from 192.0.2.7 to 203.0.113.1 terminated …",
        "error: Bind to port 22 on 0.0.0.0 failed: Address already in use.",
    ],
)
def test_what_the_listener_says_is_no_link(line):
    assert links(sshd(line, details={"sourceipaddress": "192.0.2.7"})) == []


@pytest.mark.parametrize(
    "line",
    [
        "Connection from 192.0.2.7 port 4711 on 203.0.113.1 port 22 rdomain",
        "Received disconnect from 192.0.2.7 port 4711:11: Bye Bye [preauth]",
        "input_userauth_request: invalid user admin [preauth]",
        "fatal: Timeout before authentication for 192.0.2.7 port 4711",
        "error: maximum authentication attempts exceeded for root from 192.0.2.7 port 1 ssh2",
        "pam_unix(sshd:session): session opened for user joe(uid=1000) by (uid=0)",
    ],
)
def test_what_the_process_of_one_connection_says_is_a_link(line):
    assert links(sshd(line)) == [["process", "web1", "sshd", "4711"]]


@pytest.mark.parametrize(
    "said",
    [
        {"viaproxy": True},
        {"via": "1.1 squid"},
        {"http_x_forwarded_for": "192.0.2.9, 192.0.2.1"},
        {"x-forwarded-for": ["192.0.2.9"]},
        {"cluster_client_ip": "192.0.2.9"},
    ],
)
def test_what_comes_through_a_proxy_is_not_linked_by_its_port(said):
    details = {"sourceipaddress": "192.0.2.1", "sourceport": 4711}
    assert links({"hostname": "h", "details": details})
    assert links({"hostname": "h", "details": {**details, **said}}) == []


@pytest.mark.parametrize("said", [{"viaproxy": False}, {"via": "-"}, {"x_forwarded_for": None}])
def test_a_field_that_denies_a_proxy_is_none(said):
    details = {"sourceipaddress": "192.0.2.1", "sourceport": 4711, **said}
    assert links({"hostname": "h", "details": details})


def test_the_time_is_the_events_own_then_the_stamp_then_that_of_receipt():
    fields = {"details": {"requestid": "r"}}
    stamp = 1_769_940_000
    own, stamped = see(fields, timestamp=stamp), see(fields, occurred=None, timestamp=stamp)
    received = see(fields, occurred=None)
    assert (own.at, own.floating) == (round(OCCURRED.timestamp() * 1000), False)
    assert (stamped.at, stamped.floating) == (stamp * 1000, False)
    assert (received.at, received.floating) == (round(RECEIVED.timestamp() * 1000), True)


def test_a_sighting_names_its_document_and_its_links_name_their_rules():
    sighting = see({"details": {"requestid": "r", "traceid": "t"}})
    assert (sighting.id, sighting.index_name) == ("e1", "events-20260201")
    assert [rule_name(link) for link in sighting.links] == ["request", "trace"]


def test_an_event_that_states_a_value_as_long_as_a_message_is_not_remembered():
    assert see({"details": {"requestid": "r", "username": "j" * 2048}}) is not None
    assert see({"details": {"requestid": "r", "username": "j" * 2049}}) is None
