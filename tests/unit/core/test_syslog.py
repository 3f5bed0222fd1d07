"""Lines of syslog files, with the header that the daemon writes."""

import pytest

from mqworker.core.syslog import Line, read_line


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("Nov 23 05:48:44 web1 sshd[12]: hello", Line("sshd", "12", "hello")),
        ("Nov  3 05:48:44 web1 sshd[12]: hello", Line("sshd", "12", "hello")),
        ("Nov 23 05:48:44 web1 kernel: hello", Line("kernel", "", "hello")),
        (
            "2026-11-23T05:48:44.123456+02:00 web1 sshd-session[12]: x",
            Line("sshd-session", "12", "x"),
        ),
        (
            "2026-11-23T05:48:44Z 2001:db8::1 fail2ban.actions[12]: x",
            Line("fail2ban.actions", "12", "x"),
        ),
        (
            "<38>Nov 23 05:48:44 web1 su: (to root) joe on pts/0",
            Line("su", "", "(to root) joe on pts/0"),
        ),
        ("Nov 23 05:48:44 web1 postfix/smtpd[12]: x: y", Line("postfix/smtpd", "12", "x: y")),
    ],
)
def test_a_line_holds_a_program_perhaps_its_process_and_a_text(summary, expected):
    assert expected == read_line(summary, None)


@pytest.mark.parametrize(
    "summary",
    [
        "",
        "joe logged in",
        "Nov 23",
        "November 23 05:48:44 web1 sshd[12]: hello",
        "Nov 23 05:48:44 web1 no colon here",
        "Nov 23 05:48:44 sshd[12]: hello",
        "2026-11-23 05:48:44 web1 sshd[12]: hello",
        " Nov 23 05:48:44 web1 sshd[12]: hello",
        "he said: Nov 23 05:48:44 web1 sshd[12]: hello",
    ],
)
def test_any_other_text_is_no_line(summary):
    assert read_line(summary, None) is None


@pytest.mark.parametrize(
    "file",
    [
        None,
        "/var/log/auth.log",
        "/var/log/auth.log.1",
        "/var/log/secure-20261123",
        "/var/log/messages",
        "/var/log/syslog/web1/a.log",
        "auth.log",
        "file:///var/log/syslog",
    ],
)
def test_a_line_is_believed_in_the_files_of_syslog_daemons(file):
    assert read_line("Nov 23 05:48:44 web1 sshd[12]: hello", file) is not None


@pytest.mark.parametrize(
    "file",
    ["/var/log/nginx/error.log", "/srv/authority/app.log", "shop", "", 5, "/home/syslog.d/x"],
)
def test_a_line_is_not_believed_where_a_stranger_may_have_typed_it(file):
    assert read_line("Nov 23 05:48:44 web1 sshd[12]: hello", file) is None
