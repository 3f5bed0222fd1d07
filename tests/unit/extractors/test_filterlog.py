"""Rows of pfSense's packet filter."""

import pytest

from mqworker.extractors.filterlog import EXTRACTOR

RULE = {
    "rulenumber": "5",
    "subrulenumber": "",
    "anchor": "",
    "trackor": "1000000103",
    "interface": "igb1",
    "reason": "match",
    "action": "pass",
    "direction": "out",
}
ROW = "5,,,1000000103,igb1,match,pass,out"
ENDS4 = {"sourceipaddress": "192.0.2.7", "destinationipaddress": "198.51.100.4"}
ENDS6 = {"sourceipaddress": "2001:db8::7", "destinationipaddress": "2001:db8::1"}
PORTS = {"sourceport": "4711", "destinationport": "22", "datalength": "0"}


def ip4(number, name, length):
    columns = ("tos", "ecn", "ttl", "id", "offset", "flags", "protocolid", "protocoltext", "length")
    values = ("0x0", "", "64", "1", "0", "none", number, name, length)
    return {"version": 4} | dict(zip(columns, values, strict=True))


IP6 = {
    "version": 6,
    "class": "0x00",
    "flow_label": "0x12345",
    "hoplimit": "64",
    "protocol": "TCP",
    "protocolid": "6",
    "length": "40",
}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            f"{ROW},4,0x0,,64,1,0,none,17,udp,28,192.0.2.7,198.51.100.4,4711,22,0",
            RULE | ENDS4 | PORTS | {"ipversion": "4", "ip": ip4("17", "udp", "28")},
        ),
        (
            f"{ROW},4,0x0,,64,1,0,none,6,tcp,60,192.0.2.7,198.51.100.4,4711,22,0,S,123,,64240,,mss;x",
            RULE
            | ENDS4
            | PORTS
            | {
                "ipversion": "4",
                "ip": ip4("6", "tcp", "60"),
                "tcp": {
                    "flags": "S",
                    "seqnumber": "123",
                    "acknumber": "",
                    "window": "64240",
                    "urg": "",
                    "options": "mss;x",
                },
            },
        ),
        (
            f"{ROW},6,0x00,0x12345,64,TCP,6,40,2001:db8::7,2001:db8::1,4711,22,0",
            RULE | ENDS6 | PORTS | {"ipversion": "6", "ip": IP6},
        ),
        (
            f"{ROW},4,0x0,,64,1,0,none,1,icmp,84,192.0.2.7,198.51.100.4,request,7,1",
            RULE
            | ENDS4
            | {
                "ipversion": "4",
                "ip": ip4("1", "icmp", "84"),
                "icmp": {"type": "request", "id": "7", "sequence": "1"},
            },
        ),
        (
            f"{ROW},4,0x0,,64,1,0,none,17,udp,28,192.0.2.7,198.51.100.4,4711,99999,0",
            RULE | ENDS4 | {"ipversion": "4", "ip": ip4("17", "udp", "28")},
        ),
        (f"{ROW},4,0x0", RULE | {"ipversion": "4"}),
        (f"{ROW},5,0x0", {}),
        ("no row", {}),
    ],
)
def test_a_row_states_rule_packet_and_ends(row, expected):
    assert expected == EXTRACTOR.extract({"summary": row})
