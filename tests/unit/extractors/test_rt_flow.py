"""Sessions of Juniper's firewalls."""

import pytest

from mqworker.extractors.rt_flow import EXTRACTOR

FLOW = {
    "sourceipaddress": "192.0.2.7",
    "sourceport": "41228",
    "destinationipaddress": "198.51.100.4",
    "destinationport": "443",
    "service": "junos-https",
    "policy": "out",
    "sourcezone": "corp",
    "destinationzone": "world",
    "protocol": "6",
}
SESSION = FLOW | {"sessionid": "251204", "sourcenatrule": "nat1", "destinationnatrule": "None"}
ENDS = "192.0.2.7/41228->198.51.100.4/443"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            (
                f"%-RT_FLOW_SESSION_CREATE: session created {ENDS} junos-https"
                " 203.0.113.1/38987->198.51.100.4/443 nat1 None 6 out corp world 251204"
                " N/A(N/A) reth10.2"
            ),
            SESSION | {"action": "created", "interface": "reth10.2"},
        ),
        (
            (
                f"RT_FLOW: RT_FLOW_SESSION_CREATE: session created {ENDS} 0x0 junos-https"
                " 203.0.113.1/38987->198.51.100.4/443 0x0 source nat1 N/A None 6 out corp world"
                " 251204 N/A(N/A) ge-0/0/1.0 UNKNOWN UNKNOWN UNKNOWN"
            ),
            SESSION | {"action": "created", "interface": "ge-0/0/1.0"},
        ),
        (
            (
                f"RT_FLOW_SESSION_CLOSE: session closed TCP FIN: {ENDS} junos-https"
                " 203.0.113.1/38987->198.51.100.4/443 nat1 None 6 out corp world 251204"
                " 5(2000) 4(3000) 12 UNKNOWN UNKNOWN N/A(N/A) reth10.2 UNKNOWN"
            ),
            SESSION | {"action": "closed", "reason": "TCP FIN", "interface": "reth10.2"},
        ),
        (
            (
                f"%-RT_FLOW_SESSION_DENY: session denied {ENDS} junos-https 6(0) out corp world"
                " UNKNOWN UNKNOWN N/A(N/A) reth10.2"
            ),
            FLOW | {"action": "denied", "protocoltype": "0", "interface": "reth10.2"},
        ),
        (
            f"%-RT_FLOW_SESSION_CREATE: session created {ENDS} junos-https short",
            {name: FLOW[name] for name in list(FLOW)[:5]} | {"action": "created"},
        ),
        ("%-RT_FLOW_SESSION_CREATE: session created by hand", {}),
        ("RT_FLOW - something else", {}),
    ],
)
def test_a_line_states_the_ends_the_rules_and_the_session(line, expected):
    assert expected == EXTRACTOR.extract({"summary": line})


def test_addresses_of_ipv6_are_read_too():
    line = (
        "%-RT_FLOW_SESSION_DENY: session denied 2001:db8::7/1->2001:db8::1/2 None 58(1) p a b"
        " UNKNOWN UNKNOWN N/A(N/A) reth10.2"
    )
    facts = EXTRACTOR.extract({"summary": line})
    assert ("2001:db8::7", "58") == (facts["sourceipaddress"], facts["protocol"])
