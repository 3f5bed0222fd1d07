"""Real sshd text through the worker: what one line lacks, another line of its process says."""

from random import Random

import pytest

from mqworker.config.extractors import load_extractors
from mqworker.config.rulesfile import load_rules
from mqworker.config.schemafiles import load_schemas
from mqworker.core.extract import Extraction
from mqworker.core.naming import Naming
from mqworker.core.policy import Policy
from tests.convergence import simulation as simulations
from tests.convergence.simulation import Simulation

POLICY = Policy(
    load_schemas(()),
    naming=Naming(days_back=36500),
    extraction=Extraction(load_extractors()),
)

LINES = [
    ("4242", "00", "Connection from 203.0.113.9 port 4711 on 192.0.2.10 port 22"),
    ("4242", "01", "Invalid user admin from 203.0.113.9 port 4711"),
    ("4242", "02", "input_userauth_request: invalid user admin [preauth]"),
    ("4242", "03", "Connection closed by invalid user admin 203.0.113.9 port 4711 [preauth]"),
    ("4343", "04", "Connection from 198.51.100.7 port 5022 on 192.0.2.10 port 22"),
    ("4343", "05", "Accepted publickey for ann from 198.51.100.7 port 5022 ssh2"),
    ("4343", "06", "pam_unix(sshd:session): session opened for user ann(uid=1000) by (uid=0)"),
    ("800", "07", "Server listening on 0.0.0.0 port 22."),
    (
        "800",
        "08",
        "drop connection #10 from [203.0.113.9]:4712 on [192.0.2.10]:22 past MaxStartups",
    ),
    ("800", "09", "exited MaxStartups throttling after 00:05:11, 20 connections dropped"),
]


def event(pid, second, text):
    return {
        "category": "syslog",
        "hostname": "web1",
        "processname": "sshd",
        "processid": pid,
        "summary": text,
        "timestamp": f"2026-01-01T12:00:{second}+00:00",
    }


@pytest.fixture(params=range(5))
def documents(request, monkeypatch):
    """What is stored in the end, by the second of the line, whatever order the lines came in."""
    monkeypatch.setattr(simulations, "POLICY", POLICY)
    chance = Random(request.param)
    messages = [(second, event(pid, second, text)) for pid, second, text in LINES]
    chance.shuffle(messages)
    run = Simulation(load_rules(None), workers=2, batch=2)
    run.send(messages)
    run.settle(chance)
    return run.documents()


def persons(document):
    details = document["details"]
    return details.get("sourceipaddress"), details.get("username")


def test_a_line_without_address_gets_its_connections_address_and_user(documents):
    assert persons(documents["02"]) == ("203.0.113.9", "admin")
    filled = {entry["field"] for entry in documents["02"]["correlation"]["filled"]}
    assert filled == {"details.sourceipaddress"}


def test_every_line_of_a_connections_process_names_its_person(documents):
    for second in ("00", "01", "02", "03"):
        assert persons(documents[second]) == ("203.0.113.9", "admin")
    for second in ("04", "05", "06"):
        assert persons(documents[second]) == ("198.51.100.7", "ann")


def test_the_listeners_lines_get_nothing(documents):
    for second in ("07", "08", "09"):
        assert "correlation" not in documents[second]
        assert "username" not in documents[second]["details"]
