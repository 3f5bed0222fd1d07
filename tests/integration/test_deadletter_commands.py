"""`mqworker deadletter` over real dead letters: counted, shown, put back, edited, removed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests.daemons import Daemon, await_condition
from tests.integration.deadletters import (
    LIMIT_S,
    TOO_LONG,
    bury,
    command,
    dead_depth,
    singles,
    triples,
)
from tests.integration.events import bad_messages, event, message
from tests.integration.pairs import Pair


def test_list_and_show_leave_every_letter_in_its_place(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    messages = [*singles(pair.run, 450), *triples(pair.run, 450, 10)]
    bury(pair, start_daemon, messages)
    before = [letter.body for letter in pair.dead()]

    toll = json.loads(command(pair, "list", "--json"))
    each = command(pair, "list", "--each", "--json").splitlines()
    shown = command(pair, "show", "--limit", "1000", "--json").splitlines()

    assert (460, 0, 460) == (toll["letters"], toll["copies"], toll["ready"])
    (cause,) = toll["causes"]
    assert ("decode", 480) == (cause["stage"], cause["events"])
    assert before == [letter.body for letter in pair.dead()]
    assert before == [json.loads(line)["body"].encode() for line in shown]
    assert [json.loads(line)["identity"] for line in each] == [
        json.loads(line)["identity"] for line in shown
    ]


def test_letters_are_selected_by_stage_schema_reason_identity_and_time(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    pair.publish(
        [
            *bad_messages(pair.run, 2),
            message(orjson.dumps(event(pair.run, 1, **TOO_LONG)), message_id="long"),
        ]
    )
    daemon = start_daemon(*pair.flags)
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()

    def counted(*words: str) -> int:
        return int(json.loads(command(pair, "list", "--json", *words))["letters"])

    assert 3 == counted()
    assert (2, 1) == (counted("--stage", "decode"), counted("--stage", "validate"))
    assert (1, 0) == (counted("--schema", "authentication"), counted("--schema", "event"))
    assert (1, 0) == (counted("long"), counted("longer"))
    assert (1, 3) == (counted("--reason", "LONG"), counted("--since", "2026-01-01"))
    assert (0, 3) == (counted("--until", "2026-01-01"), counted("--until", "2100-01-01"))
    assert 3 == counted("--stage", "decode", "--stage", "validate")


def test_show_draws_the_place_that_was_refused_and_what_was_expected(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    pair.publish([message(orjson.dumps(event(pair.run, 1, **TOO_LONG)), message_id="long")])
    daemon = start_daemon(*pair.flags)
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()

    shown = command(pair, "show", "long")

    assert "refused[validate]" in shown
    assert "--> /hostname" in shown
    assert "^^^" in shown
    assert "= schema authentication, keyword maxLength" in shown
    assert "it would be refused again, by validate" in shown


def test_replay_puts_back_what_passes_now_and_tells_first_what_would(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    bury(pair, start_daemon, [*singles(pair.run, 20), *triples(pair.run, 20, 5)])
    daemon = start_daemon(*pair.flags)

    forecast = json.loads(command(pair, "replay", "--dry-run", "--json"))
    assert {"passes": 20, "partly": 5} == {name: one["letters"] for name, one in forecast.items()}
    assert 25 == dead_depth(pair)

    told = json.loads(command(pair, "replay", "--passing", "--json"))
    assert {"replayed": 20, "copies": 0, "worn": 0, "left": 5} == told
    assert 5 == dead_depth(pair)

    for _ in range(3):
        assert 5 == json.loads(command(pair, "replay", "--json"))["replayed"]
        await_condition(lambda: dead_depth(pair) == 5, LIMIT_S, daemon.log)
    worn = json.loads(command(pair, "replay", "--json", status=65))
    assert (0, 5) == (worn["replayed"], worn["worn"])

    good = [*range(20), *(n for n in range(20, 35) if n % 3 != 0)]
    expected = Counter(str(number) for number in good)
    await_condition(lambda: pair.census() == expected, LIMIT_S, daemon.log)
    headers = [letter.headers for letter in pair.dead()]
    assert [(3, 4)] * 5 == [(h["x-mqworker-replays"], h["x-mqworker-count"]) for h in headers]
    assert ["eventtask"] * 5 == [h["x-mqworker-exchange"] for h in headers]
    assert 0 == daemon.stop()


def test_an_edited_letter_keeps_its_identity_and_is_stored_once(
    pair: Pair, start_daemon: Callable[..., Daemon], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bury(pair, start_daemon, [*triples(pair.run, 0, 1), *bad_messages(pair.run, 1)])
    identities = {letter.headers["x-mqworker-identity"] for letter in pair.dead()}
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/h\\{300\\}/mended.example.com/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    daemon = start_daemon(*pair.flags)

    told = json.loads(command(pair, "replay", "--edit", "--json"))
    assert (1, 1) == (told["replayed"], told["left"])
    await_condition(lambda: pair.census() == Counter({"0": 1, "1": 1, "2": 1}), LIMIT_S, daemon.log)
    assert identities > {letter.headers["x-mqworker-identity"] for letter in pair.dead()}
    assert 0 == daemon.stop()


def test_purge_removes_what_was_selected_after_a_yes_and_nothing_else(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    pair.publish(
        [*bad_messages(pair.run, 300), message(orjson.dumps(event(pair.run, 1, **TOO_LONG)))]
    )
    daemon = start_daemon(*pair.flags, "--brake-ratio", "0")
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()

    assert "say --yes" in command(pair, "purge", "--stage", "decode", status=2)
    assert 301 == dead_depth(pair)
    assert (
        300 == json.loads(command(pair, "purge", "--stage", "decode", "--yes", "--json"))["removed"]
    )
    (left,) = pair.dead()
    assert "validate" == left.headers["x-mqworker-stage"]
