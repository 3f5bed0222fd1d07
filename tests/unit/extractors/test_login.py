"""Lines of login itself."""

import pytest

from mqworker.extractors.login import EXTRACTOR

JOE = {"username": "joe"}
FAILED = JOE | {"status": "failed"}
DONE = {"tty": "tty1", "status": "succeeded"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("LOGIN ON tty1 BY joe", JOE | DONE),
        ("LOGIN ON tty1 BY joe FROM 192.0.2.7", JOE | DONE | {"sourceipaddress": "192.0.2.7"}),
        ("LOGIN ON tty1 BY joe FROM pc1.example.com", JOE | DONE | {"source": "pc1.example.com"}),
        ("ROOT LOGIN ON tty1", {"username": "root"} | DONE),
        (
            "ROOT LOGIN ON tty1 FROM 192.0.2.7",
            {"username": "root", "sourceipaddress": "192.0.2.7"} | DONE,
        ),
        ("DIALUP AT ttyS0 BY joe", JOE | {"tty": "ttyS0"}),
        ("FAILED LOGIN 1 FROM tty1 FOR joe, Authentication failure", FAILED | {"tty": "tty1"}),
        (
            "FAILED LOGIN 1 FROM 192.0.2.7 FOR joe, Authentication failure",
            FAILED | {"sourceipaddress": "192.0.2.7"},
        ),
        (
            "FAILED LOGIN 1 FROM tty1 FOR (unknown), Authentication failure",
            {"status": "failed", "tty": "tty1"},
        ),
        (
            "FAILED LOGIN SESSION FROM tty1 FOR joe, Authentication failure",
            FAILED | {"tty": "tty1"},
        ),
        (
            "TOO MANY LOGIN TRIES (3) FROM tty1 FOR joe, Authentication failure",
            FAILED | {"tty": "tty1"},
        ),
        (
            "FAILED LOGIN (1) on '/dev/tty1' FOR 'joe', Authentication failure",
            FAILED | {"tty": "/dev/tty1"},
        ),
        (
            "FAILED LOGIN (2) on '/dev/pts/1' from '192.0.2.7' FOR 'UNKNOWN', User not known",
            {"status": "failed", "tty": "/dev/pts/1", "sourceipaddress": "192.0.2.7"},
        ),
        (
            "FAILED LOGIN 1 FROM 192.0.2.7 FOR x, y FROM 6.6.6.6 FOR root, Authentication failure",
            {
                "status": "failed",
                "sourceipaddress": "192.0.2.7",
                "username": "x, y FROM 6.6.6.6 FOR root",
            },
        ),
        ("password file may be changed", {}),
    ],
)
def test_a_line_states_who_logged_in_where_and_from_where(line, expected):
    assert expected == EXTRACTOR.extract({"summary": line})
