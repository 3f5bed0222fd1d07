"""Lines of PAM modules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.extractors.pam import EXTRACTOR
from tests.unit.extractors.lines import PIECES

FAILURE = {"status": "authentication failure"}
SSH = FAILURE | {"tty": "ssh", "rhost": "203.0.113.9", "sourceipaddress": "203.0.113.9"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "pam_unix(su:session): session opened for user ann by joe(uid=0)",
            {"status": "opened", "username": "ann", "originuser": "joe", "uid": "0"},
        ),
        (
            "pam_unix(su-l:session): session opened for user root(uid=0) by joe(uid=1000)",
            {"status": "opened", "username": "root", "originuser": "joe", "uid": "1000"},
        ),
        (
            "pam_unix(su:session): session opened for user ann by (uid=0)",
            {"status": "opened", "username": "ann", "uid": "0"},
        ),
        (
            "pam_unix(su:session): session closed for user ann",
            {"status": "closed", "username": "ann"},
        ),
        (
            "pam_unix(sshd:session): session opened for user joe(uid=1000) by (uid=0)",
            {"status": "opened", "username": "joe"},
        ),
        (
            "pam_unix(sshd:session): session opened for user joe(uid=getpwnam error) by (uid=0)",
            {"status": "opened", "username": "joe"},
        ),
        (
            "pam_unix(login:session): session opened for user joe(uid=1000) by LOGIN(uid=0)",
            {"status": "opened", "username": "joe", "originuser": "LOGIN", "uid": "0"},
        ),
        (
            (
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser="
                " rhost=203.0.113.9  user=joe"
            ),
            SSH | {"username": "joe"},
        ),
        (
            (
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser="
                " rhost=203.0.113.9"
            ),
            SSH,
        ),
        (
            (
                "pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser="
                " rhost=2001:db8::7 user=joe"
            ),
            SSH | {"rhost": "2001:db8::7", "sourceipaddress": "2001:db8::7", "username": "joe"},
        ),
        (
            (
                "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser="
                " rhost=pc1.example.com  user=joe"
            ),
            FAILURE | {"tty": "ssh", "rhost": "pc1.example.com", "username": "joe"},
        ),
        (
            (
                "pam_unix(sudo:auth): authentication failure; logname=joe uid=1000 euid=0"
                " tty=/dev/pts/0 ruser=joe rhost=  user=joe"
            ),
            FAILURE | {"tty": "/dev/pts/0", "username": "joe", "originuser": "joe", "uid": "1000"},
        ),
        ("pam_unix(sshd:auth): check pass; user unknown", {}),
        ("pam_unix(sshd:auth): check pass; user (joe) unknown", {"username": "joe"}),
        ("pam_unix(passwd:chauthtok): password changed for joe", {"username": "joe"}),
        (
            "pam_sss(sshd:auth): received for user joe: 7 (Authentication failure)",
            {"username": "joe"},
        ),
        ("pam_unix(sudo:auth): auth could not identify password for [joe]", {"username": "joe"}),
        (
            'pam_succeed_if(sshd:auth): requirement "uid >= 1000" not met by user "joe"',
            {"username": "joe"},
        ),
        (
            (
                "pam_faillock(sshd:auth): Consecutive login failures for user joe account"
                " temporarily locked"
            ),
            {"username": "joe"},
        ),
        (
            "pam_unix(sshd:account): account joe has expired (account expired)",
            {"username": "joe"},
        ),
        ("pam_unix(sshd:auth): conversation failed", {}),
        ("pam_env(sshd:session): deprecated reading of user environment enabled", {}),
        ("PAM service(sshd) ignoring max retries; 6 > 3", {}),
        (
            (
                "pam_x(ftp:auth): authentication failure; logname= uid=0 euid=0 tty=ftp"
                " ruser=x rhost=6.6.6.6 rhost=203.0.113.9  user=root"
            ),
            {},
        ),
        (
            (
                "pam_x(ftp:auth): authentication failure; logname= uid=0 euid=0 tty=ftp"
                " ruser= rhost=203.0.113.9 user=joe user=root"
            ),
            {},
        ),
    ],
)
def test_a_line_states_what_it_says_and_nothing_else(line, expected):
    assert expected == EXTRACTOR.extract({"summary": line})


typed = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


@given(ruser=typed, user=typed)
def test_whatever_a_stranger_types_no_other_address_or_name_is_stated(ruser, user):
    said = f"authentication failure; logname= uid=0 euid=0 tty=ftp ruser={ruser} rhost=203.0.113.9"
    facts = EXTRACTOR.extract({"summary": f"pam_sss(ftp:auth): {said} user={user}"})
    assert facts.get("sourceipaddress", "203.0.113.9") == "203.0.113.9"
    assert facts.get("username", user).strip() == user.strip()
