from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mqworker.config import load as module
from mqworker.config.load import Loaded, load, shown
from mqworker.config.settings import Settings
from mqworker.core.errors import Misconfigured


@pytest.fixture(autouse=True)
def _no_file_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "DEFAULT_FILE", tmp_path / "missing.toml")


def toml(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "mqworker.toml"
    path.write_text(content)
    return path


def problems(**given: object) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        load(**{"flags": {}, "environ": {}} | given)  # type: ignore[arg-type]
    return str(caught.value).splitlines()


def test_without_any_place_every_option_has_its_default() -> None:
    loaded = load({}, {})

    assert Settings() == loaded.settings
    assert socket.gethostname() == loaded.settings.hostname
    assert {"default"} == set(loaded.origins.values())
    assert loaded.file is None


def test_a_flag_wins_over_a_variable_over_the_file_over_the_default(tmp_path: Path) -> None:
    path = toml(tmp_path, 'queue = "file"\nbulks = 7\nprefetch = 600\n')
    environ = {"MQWORKER_QUEUE": "variable", "MQWORKER_BULKS": "8", "HOME": "/root"}

    loaded = load({"queue": "flag", "bulks": None}, environ, path)

    found = loaded.settings
    assert ("flag",) == found.queue
    assert (8, 600, 1000) == (found.bulks, found.prefetch, found.batch_count)
    expected = ["--queue", "MQWORKER_BULKS", f"{path}: prefetch", "default"]
    assert expected == [loaded.origins[n] for n in ("queue", "bulks", "prefetch", "batch_count")]


def test_a_list_is_taken_whole_from_the_first_place_that_has_it(tmp_path: Path) -> None:
    path = toml(tmp_path, 'exchange = ["a", "b"]\nsink = "http://one:9200"')

    loaded = load({"exchange": ("c",)}, {}, path)

    assert ("c",) == loaded.settings.exchange
    assert ("http://one:9200",) == loaded.settings.sink


def test_a_list_in_a_variable_has_spaces_or_commas_between_its_values() -> None:
    loaded = load({}, {"MQWORKER_SINK": "http://a:9200, http://b:9200\thttp://c:9200"})

    assert ("http://a:9200", "http://b:9200", "http://c:9200") == loaded.settings.sink


def test_keys_of_the_file_may_have_hyphens(tmp_path: Path) -> None:
    loaded = load({}, {}, toml(tmp_path, 'batch-age = "250ms"'))

    assert loaded.settings.batch_age == 0.25


def test_a_key_given_twice_is_an_error(tmp_path: Path) -> None:
    path = toml(tmp_path, "batch_count = 1\nbatch-count = 2")

    assert [f"{path}: batch-count: given twice, with - and with _"] == problems(config=path)


def test_an_unknown_key_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    path = toml(tmp_path, "prefech = 1\nesbulksize = 3\nxyzzy = 1")

    expected = [
        f"{path}: prefech: there is no such option; did you mean prefetch?",
        f"{path}: esbulksize: there is no such option; did you mean batch_count?",
        f"{path}: xyzzy: there is no such option",
    ]
    assert expected == problems(config=path)


def test_an_unknown_variable_is_an_error_with_a_suggestion() -> None:
    expected = [
        "MQWORKER_QEUE: there is no such option; did you mean MQWORKER_QUEUE?",
    ]
    assert expected == problems(environ={"MQWORKER_QEUE": "x"})


@pytest.mark.parametrize(
    "variable",
    [
        "MQWORKER_TEST_AMQP_URL",
        "MQWORKER_SHARED",
        "MQWORKER_SERVICE_HOST",
        "MQWORKER_SERVICE_PORT_METRICS",
        "MQWORKER_PORT",
        "MQWORKER_PORT_80_TCP_ADDR",
        "MQWORKER_INTAKE_SERVICE_HOST",
        "MQWORKER_INTAKE_PORT_8080_TCP",
        "MQ_WORKER",
    ],
)
def test_variables_of_the_test_suite_and_of_kubernetes_are_left_alone(variable: str) -> None:
    assert Settings() == load({}, {variable: "tcp://10.0.0.1:80"}).settings


def test_every_problem_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    path = toml(tmp_path, 'prefetch = "many"\nbroker = [1]\n[batch]\ncount = 1')

    found = problems(
        flags={"bulks": 0}, environ={"MQWORKER_BULKS": "few", "MQWORKER_SINK": " "}, config=path
    )

    places = [
        f"{path}: prefetch: expected a whole number from 1 to 65535, got 'many'",
        f"{path}: broker: expected a URL such as amqp://user:password@host:5672/vhost, got int",
        f"{path}: batch: there is no such option",
        "MQWORKER_BULKS: expected a whole number from 1 to 64, got 'few'",
        "MQWORKER_SINK: expected at least one value",
        "--bulks: expected a whole number from 1 to 64, got 0",
    ]
    assert places == [line.partition("; did you")[0] for line in found]


def test_what_is_wrong_is_told_even_where_a_flag_overrides_it(tmp_path: Path) -> None:
    path = toml(tmp_path, "queue = 5")

    expected = [f"{path}: queue: expected text of 1 to 250 bytes, got 5"]
    assert expected == problems(flags={"queue": "good"}, config=path)


@pytest.mark.parametrize("content", ["queue = ", "queue = 'a'\nqueue = 'b'", "\x00", "a = 1e"])
def test_a_file_that_is_no_toml_is_an_error_that_says_where(tmp_path: Path, content: str) -> None:
    path = toml(tmp_path, content)

    (found,) = problems(config=path)

    assert found.startswith(f"{path}: is not TOML: ")
    assert " (at " in found


def test_a_file_in_another_encoding_is_an_error_too(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('queue = "größe"'.encode("latin-1"))

    (found,) = problems(config=path)

    assert found.startswith(f"{path}: is not TOML: ")


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"

    expected = [f"{path}: can't be read: No such file or directory"]
    assert expected == problems(config=path)
    assert expected == problems(environ={"MQWORKER_CONFIG": str(path)})


def test_the_flag_names_the_file_before_the_variable_before_the_usual_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("usual", "variable", "flag")]
    for path in paths:
        path.write_text(f'queue = "{path.name}"')
    monkeypatch.setattr(module, "DEFAULT_FILE", paths[0])
    environ = {"MQWORKER_CONFIG": str(paths[1])}

    found = [load({}, {}), load({}, environ), load({}, environ, paths[2])]

    assert ["usual", "variable", "flag"] == [one.settings.first_queue for one in found]
    assert paths == [one.file for one in found]


def test_no_password_is_in_what_is_shown_or_told(tmp_path: Path) -> None:
    path = toml(tmp_path, 'broker = "amqp://u:hunter2@h/v"')
    loaded: Loaded = load({}, {}, path)

    assert ["amqp://u:***@h/v"] == shown(loaded)["broker"][0]
    told = problems(environ={"MQWORKER_SINK": "ftp://u:hunter2@h hunter:hunter2@h"}, config=path)
    assert "hunter2" not in "".join(told)
