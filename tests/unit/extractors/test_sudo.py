"""Lines of sudo itself."""

import pytest

from mqworker.extractors.sudo import EXTRACTOR

JOE = {"originuser": "joe", "tty": "pts/0"}
CALL = JOE | {"username": "root", "pwd": "/home/joe", "command": "/bin/ls -l /root"}
WHERE = "TTY=pts/0 ; PWD=/home/joe ; USER=root"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"joe : {WHERE} ; COMMAND=/bin/ls -l /root", CALL),
        (f"     joe : {WHERE} ; COMMAND=/bin/ls -l /root", CALL),
        (f"joe : {WHERE} ; GROUP=adm ; TSID=00A1 ; COMMAND=/bin/ls -l /root", CALL),
        (f"joe : {WHERE} ; ENV=A=b ; COMMAND=/bin/ls -l /root", CALL),
        (f"joe : HOST=web1 ; {WHERE} ; COMMAND=/bin/ls -l /root", CALL),
        (
            f"joe : 3 incorrect password attempts ; {WHERE} ; COMMAND=/bin/ls -l /root",
            CALL | {"status": "3 incorrect password attempts"},
        ),
        (
            f"joe : user NOT in sudoers ; {WHERE} ; COMMAND=/bin/ls -l /root",
            CALL | {"status": "user NOT in sudoers"},
        ),
        (f"joe : (command continued) x ; {WHERE} ; COMMAND=y", {"originuser": "joe"}),
        (f"joe : {WHERE}", JOE),
        (
            "joe : TTY=pts/0 ; PWD=/tmp ; USER=ann ; COMMAND=/bin/id ; USER=root ; COMMAND=/bin/sh",
            JOE,
        ),
        (f"joe : {WHERE} ; COMMAND=/bin/echo x ; USER=ann", JOE),
        ("unable to resolve host web1", {}),
    ],
)
def test_a_line_states_who_ran_what_as_whom(line, expected):
    assert expected == EXTRACTOR.extract({"summary": line})
