"""The files that schemas come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mqworker.config.schemafiles import load_schemas, read_shipped
from mqworker.core.errors import Misconfigured, Refused
from mqworker.core.examples import check_examples

EXAMPLES = Path(__file__).parents[3] / "examples" / "schemas"
EVENT = read_shipped()["event"]["examples"][0]
LOGIN = read_shipped()["authentication"]["examples"][0]


def write(directory: Path, name: str, document: Any) -> Path:
    directory.mkdir(exist_ok=True)
    text = document if isinstance(document, str) else json.dumps(document)
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_schemas_are_found_where_installed() -> None:
    assert set(read_shipped()) == {
        *("event", "authentication", "authorization", "account-lifecycle", "password-key"),
        *("account-activation", "application-exception"),
    }


def test_an_operator_adds_a_schema_without_code(tmp_path: Path) -> None:
    document = {
        "x-categories": ["VPN session"],
        "allOf": [{"$ref": "event.json"}],
        "properties": {"details": {"required": ["username"]}},
    }
    write(tmp_path, "vpn.json", document)
    schemas = load_schemas([tmp_path])
    vpn = {**EVENT, "category": "vpn_session", "details": {"username": "joe"}}
    assert schemas.validate(vpn) == "vpn"
    with pytest.raises(Refused) as caught:
        schemas.validate({**vpn, "details": {}})
    assert (caught.value.refusal.schema, caught.value.refusal.pointer) == ("vpn", "/details")
    assert schemas.validate(LOGIN) == "authentication"


def test_an_operator_replaces_a_shipped_schema_and_builds_on_it(tmp_path: Path) -> None:
    stricter = {
        "allOf": [{"$ref": "shipped/authentication.json"}],
        "properties": {"details": {"required": ["sourceipaddress"]}},
    }
    write(tmp_path, "authentication.json", stricter)
    schemas = load_schemas([tmp_path])
    assert [error.keyword for error in schemas.errors({**LOGIN, "category": "log-on"})] == [
        "required"
    ]
    assert [] == load_schemas().errors(LOGIN)


def test_a_replacement_may_have_categories_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "authentication.json", {"x-categories": ["login"]})
    schemas = load_schemas([tmp_path])
    assert schemas.select("login").name == "authentication"
    assert schemas.select("logon").name == "event"


def test_a_replaced_base_is_the_base_of_all_shipped_schemas(tmp_path: Path) -> None:
    base = {"allOf": [{"$ref": "shipped/event.json"}], "$defs": {}, "required": ["facility"]}
    base["$defs"] = read_shipped()["event"]["$defs"]
    write(tmp_path, "event.json", base)
    assert [error.expected for error in load_schemas([tmp_path]).errors(LOGIN)] == ['"facility"']


def test_of_several_directories_the_later_wins(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, "vpn.json", {"title": "first"})
    write(first, "dns.json", {"title": "first"})
    write(second, "vpn.json", {"title": "second"})
    schemas = load_schemas([first, second])
    assert (schemas["vpn"].title, schemas["dns"].title) == ("second", "first")


def test_the_example_for_operators_keeps_what_it_promises() -> None:
    schemas = load_schemas([EXAMPLES])
    assert "vpn-session" in {schema.name for schema in schemas}
    assert [] == check_examples(schemas)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "type": }', "line 2, column 11: Expecting value"),
        ("", "line 1, column 1"),
        ('{"type": "object", "type": "array"}', "'type' is there twice"),
        ('{"maximum": NaN}', "NaN is no JSON"),
        ("[]", "a schema is a JSON object"),
        ("true", "a schema is a JSON object"),
        ('{"type": "text"}', "/type: "),
        ('{"allOf": [{"$ref": "evnet.json"}]}', "/allOf/0/$ref: 'evnet.json' leads nowhere"),
        ('{"properties": {"a/b": {"multipleOf": 0.1}}}', "/properties/a~1b/multipleOf: "),
        ('{"properties": {"a": {"format": "email"}}}', "/properties/a/format: "),
        ('{"x-categories": ["login"]}', "/x-categories/0: schema authentication has"),
        ('{"$schema": "http://json-schema.org/draft-07/schema#"}', "/$schema: only https"),
    ],
)
def test_a_bad_file_is_named_with_the_place_in_it(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, "vpn.json", text)
    with pytest.raises(Misconfigured) as caught:
        load_schemas([tmp_path])
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_replaced_base_that_no_longer_serves_the_others_is_named(tmp_path: Path) -> None:
    write(tmp_path, "event.json", {"type": "object"})
    with pytest.raises(Misconfigured, match=r"event.json#/\$defs/severity' leads nowhere"):
        load_schemas([tmp_path])


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "vpn.json").write_bytes(b'{"title": "\xff"}')
    with pytest.raises(Misconfigured, match=r"vpn.json: not UTF-8 at byte 11"):
        load_schemas([tmp_path])


@pytest.mark.parametrize("name", ["README", "vpn.yaml", "vpn.JSON", "vpn.json~", "my vpn.json"])
def test_what_is_no_schema_is_reported_and_not_overlooked(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "{}")
    with pytest.raises(Misconfigured, match="no schema"):
        load_schemas([tmp_path])


def test_a_directory_in_place_of_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "vpn.json").mkdir()
    with pytest.raises(Misconfigured, match="not a file"):
        load_schemas([tmp_path])


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, ".vpn.json.swp", "b0VIM")
    assert len(list(load_schemas([tmp_path]))) == len(read_shipped())


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_a_directory_that_is_none_is_reported(tmp_path: Path, name: str) -> None:
    write(tmp_path, "file", "")
    with pytest.raises(Misconfigured, match=f"{name}: "):
        load_schemas([tmp_path / name])
