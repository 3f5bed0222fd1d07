"""The address that fail2ban is about, and that of sshd's lines of unknown form."""

import pytest

from mqworker.extractors.find_ip import EXTRACTOR, find_ip

FOUND = {"sourceipaddress": "203.0.113.9"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[sshd] Ban 203.0.113.9", FOUND),
        ("NOTICE  [sshd] Ban 203.0.113.9", FOUND),
        ("NOTICE [sshd] Restore Ban 203.0.113.9", FOUND),
        ("[sshd] Unban 2001:db8::7", {"sourceipaddress": "2001:db8::7"}),
        ("INFO    [sshd] Found 203.0.113.9 - 2026-11-23 05:48:44", FOUND),
        ("[sshd] Ignore 203.0.113.9 by ip", FOUND),
        ("WARNING [sshd] 203.0.113.9 already banned", FOUND),
        ("ERROR Failed to execute ban jail 'sshd' for 203.0.113.9", {}),
        ("INFO [sshd] Jail 'sshd' reads 'x from 6.6.6.6'", {}),
        ("WARNING [sshd] Ban", {}),
    ],
)
def test_a_line_of_fail2ban_states_the_address_that_it_is_about(line, expected):
    assert expected == EXTRACTOR.extract({"summary": line})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Denied request from 203.0.113.9", FOUND),
        ("Request refused by 203.0.113.9: no reason", FOUND),
        ("Denied request from 203.0.113.9 port 4711", FOUND | {"sourceport": "4711"}),
        ("Denied request from 203.0.113.9 for 198.51.100.4", {}),
        ("request 'x from 6.6.6.6' denied", {}),
        ("denied: from 6.6.6.6", {}),
        ("Denied a request which was made by somebody from 6.6.6.6", {}),
        ("Denied request from pc1.example.com", {}),
        ("drop connection #10 from [203.0.113.9]:46482 on [198.51.100.4]:22 past MaxStartups", {}),
    ],
)
def test_an_address_is_found_only_where_the_program_wrote_it(text, expected):
    assert expected == find_ip(text)
