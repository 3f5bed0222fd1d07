from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mqworker.cli.config_migrate import as_toml
from mqworker.config.load import load
from mqworker.config.migration import migrate
from mqworker.core.errors import Misconfigured

SHIPPED = """\
[options]
mozdefhostname = collector.example.com
esservers = http://es1.example.com:9200,http://es2.example.com:9200/
esbulksize = 150
esbulktimeout = 30
mqserver = mq.example.com
taskexchange = eventtask
eventexchange = events
prefetch = 150
mquser = mozdef
mqpassword = p%ss"w0rd
mqport = 5671
mqvhost = /
mqprotocol = amqps
mqack = False
surprise = 1
"""


def values(text: str, **environ: str) -> dict[str, object]:
    return {name: value for name, (value, _) in migrate(text, environ).values.items()}


def test_the_shipped_file_becomes_a_configuration_that_loads(tmp_path: Path) -> None:
    made = migrate(SHIPPED, {})
    file = tmp_path / "mqworker.toml"
    file.write_text(as_toml(made, Path("esworker_eventtask.conf")))

    expected = {
        "broker": ["amqps://mozdef@mq.example.com:5671/%2F"],
        "broker_password_file": "/etc/mqworker/broker-password",
        "queue": ["eventtask"],
        "exchange": ["eventtask"],
        "sink": ["http://es1.example.com:9200", "http://es2.example.com:9200"],
        "hostname": "collector.example.com",
        "prefetch": 150,
        "batch_count": 150,
    }
    assert expected == values(SHIPPED) == tomllib.loads(file.read_text())
    assert load({}, {}, file, services=()).settings.prefetch == 150


def test_no_password_comes_out_and_it_is_told_where_to_put_it(tmp_path: Path) -> None:
    made = migrate(SHIPPED, {})

    assert "w0rd" not in as_toml(made, tmp_path)
    assert any("broker-password" in note for note in made.notes)


def test_what_is_not_carried_over_is_told_with_its_reason() -> None:
    notes = {note.partition(":")[0]: note for note in migrate(SHIPPED, {}).notes}

    assert {"mqack", "eventexchange", "esbulktimeout", "surprise", "timezone"} <= notes.keys()
    assert "not known here" in notes["surprise"]
    assert "certificate" in notes["mqprotocol"]


def test_what_a_file_leaves_out_is_what_it_is_for_mozdef() -> None:
    assert {
        "broker": ["amqp://guest:guest@localhost:5672/%2F"],
        "queue": ["eventtask"],
        "exchange": ["eventtask"],
        "sink": ["http://localhost:9200"],
    } == values("[options]\n")


def test_variables_take_the_place_of_what_the_file_says() -> None:
    assert ["other"] == values(SHIPPED, OPTIONS_TASKEXCHANGE="other")["queue"]


def test_lists_are_read_as_python_writes_them_too() -> None:
    text = "[options]\nesservers = ['http://a:9200', 'http://b:9200']\n"

    assert ["http://a:9200", "http://b:9200"] == values(text)["sink"]


@pytest.mark.parametrize(
    ("prefetch", "bulk", "expected"),
    [("50", None, (50, 50)), ("50", "150", (150, 150)), ("9000", "0", (9000, 1000))],
)
def test_a_batch_always_fits_into_the_prefetch(
    prefetch: str, bulk: str | None, expected: tuple[int, int]
) -> None:
    text = f"[options]\nprefetch = {prefetch}\n" + (f"esbulksize = {bulk}\n" if bulk else "")
    made = values(text)

    assert expected == (made["prefetch"], made["batch_count"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("prefetch = many", "is no number"),
        ("prefetch = 99999999", "can't be prefetch, which is a whole number"),
        ("esservers = es1", "can't be sink"),
        ("esservers = [broken", "can't be sink"),
    ],
)
def test_what_ours_can_not_be_is_told(line: str, words: str) -> None:
    assert any(words in note for note in migrate(f"[options]\n{line}\n", {}).notes)


@pytest.mark.parametrize("text", ["", "nothing", "[section]\na = 1\n", "[options\n"])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"it is no INI file|it has no section"):
        migrate(text, {})
