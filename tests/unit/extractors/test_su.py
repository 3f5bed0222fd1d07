"""Lines of su itself."""

import pytest

from mqworker.extractors.su import EXTRACTOR

PEOPLE = {"username": "root", "originuser": "joe"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("(to root) joe on pts/0", PEOPLE | {"tty": "pts/0", "status": "succeeded"}),
        ("FAILED SU (to root) joe on pts/0", PEOPLE | {"tty": "pts/0", "status": "failed"}),
        ("Successful su for root by joe", PEOPLE | {"status": "succeeded"}),
        ("FAILED su for root by joe", PEOPLE | {"status": "failed"}),
        ("+ /dev/pts/0 joe:root", PEOPLE | {"tty": "/dev/pts/0", "status": "succeeded"}),
        ("- pts/0 joe:root", PEOPLE | {"tty": "pts/0", "status": "failed"}),
        ("+ ??? root:nobody", {"originuser": "root", "username": "nobody", "status": "succeeded"}),
        (
            "FAILED SU (to root) ann on pts/6 (to x) joe on pts/0",
            {"username": "root) ann on pts/6 (to x", "originuser": "joe", "tty": "pts/0"}
            | {"status": "failed"},
        ),
        (
            "FAILED su for x by ann by joe",
            {"username": "x by ann"} | {"originuser": "joe"} | {"status": "failed"},
        ),
        ("pam_authenticate: Authentication failure", {}),
    ],
)
def test_a_line_states_who_became_whom(line, expected):
    assert expected == EXTRACTOR.extract({"summary": line})
