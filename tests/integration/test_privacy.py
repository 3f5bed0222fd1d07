"""Whole workers that hide what they are told to, in documents and in dead letters."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from mqworker.core.message import Publication
from mqworker.core.privacy import hashed
from tests.daemons import Daemon, await_condition
from tests.integration.events import message
from tests.integration.pairs import Pair, Served

KEY = "a key that nobody guesses"
LIMIT_S = 60.0


@pytest.fixture
def hiding(tmp_path: Path) -> list[str]:
    """Flags with which user names are hashed and addresses masked."""
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "privacy.toml").write_text(
        'version = 1\n[[rule]]\naction = "hash"\nfields = ["details.username"]\n'
        '[[rule]]\naction = "mask"\nfields = ["details.sourceipaddress"]\n'
    )
    key, rules = str(tmp_path / "key"), str(tmp_path / "privacy.toml")
    return ["--privacy", rules, "--privacy-key-file", key]


def part(run: str, number: int, summary: str, **details: Any) -> Publication:
    """Return an event of one session."""
    made = {
        "category": "event",
        "summary": summary,
        "hostname": "web1.example.com",
        "processname": "app",
        "timestamp": datetime.now(UTC).isoformat(),
        "details": {"run": run, "eventid": str(number), "sessionid": f"session-{run}", **details},
    }
    return message(orjson.dumps(made), message_id=f"{run}-{number}")


def sources(pair: Pair) -> list[dict[str, Any]]:
    """Return the documents of this run."""
    if isinstance(pair, Served):
        found = [each["_source"] for each in pair.documents()]
    else:
        found = [orjson.loads(s) for (s,) in pair.ask("SELECT source FROM documents")]  # type: ignore[attr-defined]
    return sorted(found, key=lambda one: int(one["details"]["eventid"]))


def test_events_are_linked_by_true_values_and_no_document_shows_them(
    pair: Pair, start_daemon: Callable[..., Daemon], hiding: list[str]
) -> None:
    daemon = start_daemon(*pair.flags, *hiding)
    daemon.await_words("sink ready")
    pair.publish([part(pair.run, 0, "Mallory looked in"), part(pair.run, 1, "looked out")])
    await_condition(lambda: pair.stored() == 2, LIMIT_S, daemon.log)
    who = {"username": "mallory", "sourceipaddress": "192.0.2.66"}
    pair.publish([part(pair.run, 2, "login of mallory from 192.0.2.66", **who)])
    hidden = hashed(KEY.encode(), "mallory")

    def names() -> list[str]:
        return [each["details"].get("username", "") for each in sources(pair)]

    await_condition(lambda: names() == [hidden] * 3, LIMIT_S, daemon.log)
    pair.publish([part(pair.run, 3, "mallory went")])
    await_condition(lambda: names() == [hidden] * 4, LIMIT_S, daemon.log)
    time.sleep(0.5)
    stored = sources(pair)

    assert b"mallory" not in orjson.dumps(stored).lower()
    assert b"192.0.2.66" not in orjson.dumps(stored)
    assert f"login of {hidden} from ***" == stored[2]["summary"]
    filled = {(one["field"], one["value"]) for one in stored[0]["correlation"]["filled"]}
    assert {("details.username", hidden), ("details.sourceipaddress", "***")} == filled
    assert 0 == daemon.stop()
    assert 2 == daemon.totals()["completed"]


@pytest.mark.parametrize("kept", ["original", "redacted"])
def test_dead_letters_show_what_was_sent_unless_they_are_to_be_redacted(
    pair: Pair, start_daemon: Callable[..., Daemon], hiding: list[str], kept: str
) -> None:
    event = {"summary": "by mallory", "hostname": "h" * 300, "details": {"username": "mallory"}}
    pair.publish([message(orjson.dumps(event), message_id="dead")])
    daemon = start_daemon(*pair.flags, *hiding, "--privacy-dead-letters", kept)
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()

    (letter,) = pair.dead()
    assert (kept == "original") == (letter.body == orjson.dumps(event))
    assert (kept == "original") == (b"mallory" in letter.body)
    assert "dead" == letter.headers["x-mqworker-identity"]
