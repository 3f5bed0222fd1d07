import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.addresses import clean_addresses, read_address

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
ADDRESSES = st.ip_addresses().map(str) | st.sampled_from(
    ["", "-", "host.example", "192.0.2.1:443", "[::1]:22", "fe80::1%eth0", "::ffff:192.0.2.9", None]
)
NAMES = st.sampled_from(
    [
        *("sourceipaddress", "sourceipv4address", "sourceipv6address", "sourceport", "source"),
        *("src", "srcip", "cluster_client_ip", "http_x_forwarded_for", "source_2"),
        *("destinationipaddress", "dst", "dstip", "destination", "username"),
    ]
)


def cleaned(**details):
    clean_addresses({"details": details})
    return details


def test_an_ipv4_address_is_found_under_both_of_its_names():
    assert cleaned(sourceipaddress="10.0.0.1", destinationipaddress="10.0.0.2") == {
        "sourceipaddress": "10.0.0.1",
        "sourceipv4address": "10.0.0.1",
        "destinationipaddress": "10.0.0.2",
        "destinationipv4address": "10.0.0.2",
    }


def test_an_ipv6_address_stays_itself_in_canonical_form():
    assert cleaned(sourceipaddress="2001:DB8:0:0::1") == {
        "sourceipaddress": "2001:db8::1",
        "sourceipv6address": "2001:db8::1",
    }


@pytest.mark.parametrize(
    ("alias", "value"),
    [
        ("src", "10.0.0.1"),
        ("srcip", "10.0.0.1"),
        ("cluster_client_ip", "10.0.0.1"),
        ("http_x_forwarded_for", "10.0.0.1, 192.0.2.7"),
    ],
)
def test_an_alias_fills_the_place_that_the_sender_left_empty(alias, value):
    assert cleaned(**{alias: value}) == {
        alias: value,
        "sourceipaddress": "10.0.0.1",
        "sourceipv4address": "10.0.0.1",
    }


def test_the_destination_has_aliases_of_its_own():
    assert cleaned(dstip="::1")["destinationipaddress"] == "::1"
    assert cleaned(dst="10.0.0.2")["destinationipv4address"] == "10.0.0.2"


def test_what_the_sender_stated_beats_every_alias():
    details = cleaned(sourceipaddress="10.0.0.1", src="10.0.0.9", sourceipv4address="said so")
    assert details["sourceipaddress"] == "10.0.0.1"
    assert details["sourceipv4address"] == "said so"


def test_a_header_that_can_be_forged_is_the_weakest_alias():
    details = cleaned(http_x_forwarded_for="198.51.100.1", srcip="10.0.0.1")
    assert details["sourceipaddress"] == "10.0.0.1"


def test_an_alias_that_is_no_address_is_passed_over():
    assert cleaned(src="gateway", http_x_forwarded_for="unknown") == {
        "src": "gateway",
        "http_x_forwarded_for": "unknown",
    }
    assert cleaned(src="gateway", srcip=5, cluster_client_ip="::1")["sourceipaddress"] == "::1"


def test_a_hostname_moves_aside_and_leaves_the_place_to_an_alias():
    assert cleaned(sourceipaddress="host.example") == {"source": "host.example"}
    assert cleaned(destinationipaddress="-") == {"destination": "-"}
    details = cleaned(sourceipaddress="host.example", src="10.0.0.1")
    assert details["source"] == "host.example"
    assert details["sourceipaddress"] == "10.0.0.1"


def test_what_moves_aside_never_overwrites_what_stands_there():
    assert cleaned(sourceipaddress="host.example", source="vpn") == {
        "source": "vpn",
        "source_2": "host.example",
    }
    assert cleaned(sourceipaddress="vpn", source="vpn") == {"source": "vpn"}


@pytest.mark.parametrize("value", [["10.0.0.1", "10.0.0.2"], {"ip": "10.0.0.1"}, 167772161, True])
def test_what_is_no_single_address_moves_aside_whole(value):
    assert cleaned(sourceipaddress=value) == {"source": value}


def test_nothing_stated_leaves_nothing_behind():
    assert cleaned(sourceipaddress="") == {}
    assert cleaned(sourceipaddress=None) == {"sourceipaddress": None}


def test_a_port_behind_an_address_goes_to_the_port_and_the_text_aside():
    assert cleaned(sourceipaddress="192.0.2.1:4711") == {
        "source": "192.0.2.1:4711",
        "sourceipaddress": "192.0.2.1",
        "sourceipv4address": "192.0.2.1",
        "sourceport": "4711",
    }
    assert cleaned(sourceipaddress="192.0.2.1:4711", sourceport=22)["sourceport"] == 22


@pytest.mark.parametrize(
    ("text", "ip"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1\n", "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:C000:0201", "192.0.2.1"),
        ("2001:db8::1:443", "2001:db8::1:443"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:22", "fe80::1"),
        ("192.0.2.1:65535", "192.0.2.1"),
    ],
)
def test_the_usual_notations_are_read(text, ip):
    assert read_address(text).ip == ip


@pytest.mark.parametrize(
    "value",
    [
        *("", "-", "localhost", "1", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1/24"),
        *("192.0.2.1:65536", "192.0.2.1:", "192.0.2.1:x", "[192.0.2.1]:80", "[::1", "[::1]x"),
        *("[::1]80", "[]", "::1::", "192.0.2.1%eth0", "192.0.2.1, 192.0.2.2", "٣.٣.٣.٣"),
        *("1" * 100_000, None, 1, 1.5, True, {}, [], ["a"], ["::1", "::1"]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_address_is_none(value):
    assert read_address(value) is None


@given(st.ip_addresses())
def test_every_address_is_read_back_and_its_canonical_form_is_stable(ip):
    address = read_address(str(ip))
    assert read_address(address.ip) == address._replace(exact=True)
    assert read_address(ip.exploded).ip == address.ip


@given(st.dictionaries(NAMES, ADDRESSES | JSON_VALUES))
def test_cleaning_is_safe_and_a_second_time_changes_nothing(details):
    details = cleaned(**details)
    for name in ("sourceipaddress", "destinationipaddress"):
        assert details.get(name) is None or read_address(details[name]).exact
    assert cleaned(**details) == details


@given(st.dictionaries(NAMES, ADDRESSES))
def test_what_the_sender_wrote_is_still_there_afterwards(details):
    after = cleaned(**details)
    said = {value for value in details.values() if value}
    canonical = {address.ip for value in said if (address := read_address(value))}
    assert {value for value in said if not read_address(value)} <= set(after.values())
    kept = {address.ip for value in after.values() if (address := read_address(value))}
    assert canonical <= kept
