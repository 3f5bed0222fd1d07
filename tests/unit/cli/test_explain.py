from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.stories import ADDRESS, web
from tests.unit.cli.conftest import Run

LOGIN: dict[str, Any] = {
    "category": "authentication",
    "summary": "bob logged in",
    "timestamp": "2026-11-23T09:00:00+00:00",
    "details": {"username": "bob", "success": True, "sourceipaddress": "10.0.0.1"},
}
RECEIVED = ("--received", "2026-11-23T09:30:00Z")
KEYS = ["record", "event", "schema", "refusal", "document"]


def objects(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_json_tells_record_event_schema_and_document_of_a_good_event(mqworker: Run) -> None:
    result = mqworker(
        "explain", "--json", *RECEIVED, "--message-id", "m1", "-", stdin=json.dumps(LOGIN)
    )

    (found,) = objects(result.stdout)
    assert (0, KEYS) == (result.exit_code, list(found))
    assert LOGIN == found["record"]
    assert ("authentication", None) == (found["schema"], found["refusal"])
    assert ["index", "id", "source"] == list(found["document"])
    assert ("events-20261123", "m1") == (found["document"]["index"], found["document"]["id"])
    assert found["event"] == found["document"]["source"]


def test_json_is_an_object_for_each_event_also_for_refused_ones(mqworker: Run) -> None:
    result = mqworker("explain", "--json", "-", stdin=json.dumps([LOGIN, 5, LOGIN]))

    found = objects(result.stdout)
    assert result.exit_code == 0
    assert [None, "decode", None] == [(one["refusal"] or {}).get("stage") for one in found]
    assert {"stage", "reason", "pointer"} <= set(found[1]["refusal"])
    assert [None] * 4 == [found[1][key] for key in ("record", "event", "schema", "document")]


@pytest.mark.parametrize("body", [b"", b"not JSON", b"\xff\xfe", b"\x1f\x8bnot gzip", b"[[]]"])
def test_a_refused_message_is_told_and_the_status_is_0(mqworker: Run, body: bytes) -> None:
    machine, person = (
        mqworker("explain", "--json", "-", stdin=body),
        mqworker("explain", "-", stdin=body),
    )

    (found,) = objects(machine.stdout)
    assert (0, 0) == (machine.exit_code, person.exit_code)
    assert found["refusal"]["stage"] == "decode"
    assert "refused[decode]: " in person.stdout
    assert "dead letter to queue eventtask.dead" in person.stdout


def test_a_compressed_body_is_read_with_and_without_its_property(
    mqworker: Run, tmp_path: Path
) -> None:
    path = tmp_path / "body.gz"
    path.write_bytes(gzip.compress(json.dumps(LOGIN).encode()))

    plain = mqworker("explain", "--json", path)
    named = mqworker("explain", "--json", "--content-encoding", "gzip", path)

    assert [LOGIN, LOGIN] == [objects(result.stdout)[0]["record"] for result in (plain, named)]


def test_an_event_without_time_goes_by_the_amqp_timestamp(mqworker: Run) -> None:
    result = mqworker(
        "explain", "--json", *RECEIVED, "--timestamp", "1795305600", "-", stdin='{"summary":"x"}'
    )

    assert objects(result.stdout)[0]["document"]["index"] == "events-20261122"


def test_a_body_beyond_the_limit_is_refused_as_the_worker_would(mqworker: Run) -> None:
    body = json.dumps({"summary": "x" * 5000})

    result = mqworker("explain", "--json", "--max-body", "2KiB", "-", stdin=body)

    assert objects(result.stdout)[0]["refusal"]["stage"] == "decode"


def test_an_invalid_event_is_drawn_with_its_place(mqworker: Run) -> None:
    event = LOGIN | {"details": {"username": "bob", "success": "perhaps"}}

    result = mqworker("explain", "-", stdin=json.dumps(event))

    assert result.exit_code == 0
    assert "refused[validate]: " in result.stdout
    assert "--> /details/success" in result.stdout
    assert '"success": "perhaps"' in result.stdout
    assert "^^^^^^^^^" in result.stdout


def test_an_invalid_event_has_a_document_where_it_is_tagged(mqworker: Run) -> None:
    event = LOGIN | {"details": {"username": "bob", "success": "perhaps"}}

    result = mqworker("explain", "--json", "--on-invalid", "tag", "-", stdin=json.dumps(event))

    (found,) = objects(result.stdout)
    assert found["refusal"] is None
    assert "invalid" in found["document"]["source"]["tags"]


def test_text_tells_each_step_and_escapes_what_could_move_the_cursor(mqworker: Run) -> None:
    event = LOGIN | {"summary": "a\x1b[2J\x9b"}

    result = mqworker("explain", "-", *RECEIVED, stdin=json.dumps(event))

    steps = [line.strip() for line in result.stdout.splitlines() if not line.startswith(" " * 4)]
    assert ["event 0", "decoded", "normalized", "schema authentication"] == steps[:4]
    assert steps[4].startswith("document ")
    assert steps[5] == "index events-20261123"
    assert not {"\x1b", "\x9b"} & set(result.stdout)


def test_no_file_of_a_service_has_to_be_readable(mqworker: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('sink_api_key_file = "/nonexistent/key"\nbroker_ca_file = "/nonexistent/ca"')

    result = mqworker("explain", "--json", "-c", path, "-", stdin=json.dumps(LOGIN))

    assert result.exit_code == 0


def test_a_bad_schema_of_the_operator_is_a_configuration_error(
    mqworker: Run, tmp_path: Path
) -> None:
    (tmp_path / "authentication.json").write_text("{")

    result = mqworker("explain", "--schemas", tmp_path, "-", stdin=json.dumps(LOGIN))

    assert result.exit_code == 78
    assert "mqworker: error: " in result.stderr
    assert "authentication.json" in result.stderr


def test_events_of_one_message_are_correlated_with_each_other(mqworker: Run) -> None:
    body = "\n".join(json.dumps(fields) for fields in web())

    machine = mqworker("explain", "--json", "--message-id", "m", "-", stdin=body)
    person = mqworker("explain", "--message-id", "m", "-", stdin=body)

    *_, last = objects(machine.stdout)
    assert KEYS == list(last)
    assert last["document"]["source"]["details"]["sourceipaddress"] == ADDRESS
    assert last["document"]["source"]["correlation"]["filled"][1]["from"] == "m:0"
    assert "sourceipaddress" not in last["event"]["details"]
    lines = person.stdout.splitlines()
    assert "  links connection (c1 web1)" in lines
    assert "  stated: sourceipaddress 203.0.113.9" in lines
    assert lines[-2].startswith("  filled from event 0: sourceipaddress 203.0.113.9 (connection, ")


def test_rules_that_are_wrong_are_a_configuration_error(mqworker: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("version = 1")

    result = mqworker("explain", "--rules", "bad.toml", "-", stdin=json.dumps(LOGIN))

    assert result.exit_code == 78


def test_with_rules_of_privacy_the_document_is_shown_as_they_leave_it(
    mqworker: Run, tmp_path: Path
) -> None:
    (tmp_path / "privacy.toml").write_text(
        'version = 1\n[[rule]]\naction = "mask"\nfields = ["details.username"]\n'
    )
    event = '{"summary": "alice came", "details": {"username": "alice"}}'
    line = ("explain", "-", "--privacy", "privacy.toml")
    person, machine = mqworker(*line, stdin=event), mqworker(*line, "--json", stdin=event)

    source = json.loads(machine.stdout)["document"]["source"]
    assert ("*** came", "***") == (source["summary"], source["details"]["username"])
    assert '"summary": "*** came"' in person.stdout
