"""Every form of message, written from OpenSSH's own format strings."""

import json
from pathlib import Path

import pytest

from mqworker.extractors.sshd import EXTRACTOR, FORMS

FILE = Path(__file__).parents[2] / "data" / "sshd-lines.jsonl"
LINES = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
PERSONAL = ("username", "sourceipaddress", "sourceport", "sessionid")


def said_by(line):
    return dict(EXTRACTOR.extract({"summary": line}))


@pytest.mark.parametrize("case", LINES, ids=lambda case: case["line"][:70])
def test_a_line_states_what_it_says_and_nothing_else(case):
    assert case["expected"] == said_by(case["line"])


def test_every_form_that_is_known_has_a_line_that_shows_it():
    texts = [case["line"].removeprefix("error: ").removeprefix("fatal: ") for case in LINES]
    shown = [text.removesuffix(" [preauth]") for text in texts]
    forms = [form for forms in FORMS.values() for form in forms]
    lacking = [
        form.pattern.pattern
        for form in forms
        if not any(form.pattern.fullmatch(text) for text in shown)
    ]
    assert [] == lacking


@pytest.mark.parametrize(
    "line",
    [
        "Server listening on 203.0.113.9 port 22.",
        "drop connection #10 from [203.0.113.9]:4711 on [198.51.100.4]:22 past MaxStartups",
        "Timeout before authentication for connection from 203.0.113.9 to 198.51.100.4, pid = 7",
        "srclimit_penalise: ipv4: new 203.0.113.9/32 deferred penalty of 6 seconds for penalty: x",
        "exited MaxStartups throttling after 00:05:11, 47 connections dropped",
    ],
)
def test_a_line_of_the_listener_states_nothing_that_events_are_correlated_by(line):
    assert not set(PERSONAL) & said_by(line).keys()


def test_a_line_longer_than_sshd_writes_states_nothing():
    line = "Invalid user " + "x" * 9000 + " from 203.0.113.9 port 4711"
    assert {} == said_by(line)


@pytest.mark.parametrize("program", ["sshd", "sshd-session", "sshd-auth"])
def test_every_process_of_the_server_is_read(program):
    assert program in EXTRACTOR.programs
