"""Clients for a test, and what a scripted intake was sent."""

from __future__ import annotations

import json

from mqworker.client import Client
from mqworker.client.counts import Tally
from mqworker.client.settings import Settings
from tests.stubs.scripted import Scripted

LIMIT_S = 20


class Made:
    """Makes clients for one test, and closes them after it."""

    def __init__(self, path):
        self.said, self.path, self.made = [], path, []

    def __call__(self, url, *, spool=True, **settings):
        directory = self.path / "spool" if spool is True else spool or None
        made = Client(Settings(url=url, spool=directory, **settings), Tally(self.said.append))
        self.made.append(made)
        return made


def came(server: Scripted) -> list[str]:
    """Return the summaries that a server was sent, in order, each as often as it came."""
    lines = [json.loads(line) for each in server.requests for line in each.body.splitlines()]
    return [line["summary"] for line in lines if "summary" in line]


def identities(server: Scripted) -> set[str]:
    lines = [json.loads(line) for each in server.requests for line in each.body.splitlines()]
    return {line["create"]["_id"] for line in lines if "create" in line}


def spooled(client) -> int:
    return sum(each.size for each in client.shipping.spool.segments)
