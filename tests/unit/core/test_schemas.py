"""Which schema applies, and what is refused before the first event."""

from __future__ import annotations

from typing import Any

import pytest

from mqworker.config.schemafiles import load_schemas, read_shipped
from mqworker.core.errors import Misconfigured
from mqworker.core.schemas import MOST_SPELLINGS, BadSchema, compile_schemas, fold

SCHEMAS = load_schemas()
EVENT: dict[str, Any] = {"type": "object"}

TYPES = {
    "authentication": ["authentication", "Authentication Events", "LOGIN", "Logon", "sign-in"],
    "authorization": ["authorization", "Authorization Events", "authorisation", "access_denied"],
    "account-lifecycle": ["account lifecycle", "Account Lifecycle Events", "account creation"],
    "password-key": ["password/key", "Password/Key Events", "password_key", "PasswordKey"],
    "account-activation": ["account activation", "Account Activations", "account unlock"],
    "application-exception": ["application exception", "Application Exceptions", "invalid input"],
    "event": ["syslog", "UNKNOWN", "auditd", "event", "events", "", "-", "network", "zeek", "☃"],
}
DOCUMENTED = [(schema.name, category) for schema in SCHEMAS for category in schema.categories]


@pytest.mark.parametrize(
    ("name", "category"), [(name, each) for name, several in TYPES.items() for each in several]
)
def test_each_event_type_is_selected_by_its_names(name: str, category: str) -> None:
    assert name == SCHEMAS.select(category).name


@pytest.mark.parametrize(("name", "category"), DOCUMENTED)
def test_every_documented_category_selects_its_schema_in_any_spelling(
    name: str, category: str
) -> None:
    spellings = [
        category,
        category.upper(),
        category.title(),
        *(category.replace(" ", separator) for separator in "_-./"),
        category.replace(" ", ""),
        f" {category} ",
        f"{category} events",
        f"{category}_event",
    ]
    assert [name] * len(spellings) == [SCHEMAS.select(each).name for each in spellings]


def test_there_are_the_six_event_types_and_the_base_and_no_others() -> None:
    assert set(TYPES) == {schema.name for schema in SCHEMAS}


def test_a_flood_of_categories_does_not_fill_the_memory() -> None:
    schemas = compile_schemas({"event": EVENT, "vpn": {}})
    for number in range(2 * MOST_SPELLINGS):
        schemas.select(f"category {number}")
    schemas.select("x" * 1_000_000)
    assert len(schemas._spellings) <= MOST_SPELLINGS
    assert all(len(spelling) < 100 for spelling in schemas._spellings)
    assert schemas.select("V P N").name == "vpn"


def test_folding_keeps_letters_and_digits_of_every_script() -> None:
    assert fold("2FA-Prüfung №1") == fold("2fa PRÜFUNG 1") == "2faprüfung1"


def test_a_category_that_is_no_text_is_judged_by_the_base() -> None:
    assert SCHEMAS.errors({"category": ["authentication"]})[0].schema == "event"


def test_a_schema_is_selected_by_its_own_name_without_listing_it() -> None:
    schemas = compile_schemas({"event": EVENT, "vpn-session": {}})
    assert schemas.select("VPN session").name == "vpn-session"


def test_the_base_schema_must_be_there() -> None:
    with pytest.raises(BadSchema, match=r"schema event: .*missing"):
        compile_schemas({"authentication": {}})


def test_two_schemas_can_not_claim_the_same_category() -> None:
    first, second = {"x-categories": ["Log-In"]}, {"x-categories": ["vpn", "log in"]}
    with pytest.raises(BadSchema, match=r"schema b: /x-categories/1: schema a .*'log in'"):
        compile_schemas({"event": EVENT, "a": first, "b": second})


@pytest.mark.parametrize("categories", ["login", [1], None, {"login": True}])
def test_categories_that_are_no_list_of_texts_are_refused(categories: Any) -> None:
    with pytest.raises(BadSchema, match="x-categories"):
        compile_schemas({"event": EVENT, "a": {"x-categories": categories}})


def test_a_category_without_any_letter_is_refused() -> None:
    with pytest.raises(BadSchema, match="no letter"):
        compile_schemas({"event": EVENT, "a": {"x-categories": ["--"]}})


@pytest.mark.parametrize(
    ("pointer", "document"),
    [
        ("/type", {"type": "text"}),
        ("/properties/details/required", {"properties": {"details": {"required": "username"}}}),
        ("/properties/a~1b/minimum", {"properties": {"a/b": {"minimum": "1"}}}),
        ("/$schema", {"$schema": "http://json-schema.org/draft-07/schema#"}),
        ("/items", {"items": [{"type": "string"}]}),
    ],
)
def test_what_the_metaschema_forbids_is_refused_with_its_place(
    pointer: str, document: dict[str, Any]
) -> None:
    with pytest.raises(BadSchema) as caught:
        compile_schemas({"event": EVENT, "vpn": document})
    assert (caught.value.name, caught.value.pointer) == ("vpn", pointer)
    assert str(caught.value).startswith(f"schema vpn: {pointer}: ")
    assert isinstance(caught.value, Misconfigured)


def test_what_only_jsonschema_rs_refuses_is_refused_at_start() -> None:
    with pytest.raises(BadSchema, match="jsonschema-rs can't use it"):
        compile_schemas({"event": EVENT, "vpn": {"pattern": "(?!a)?"}})


def test_schemas_refer_to_each_other_by_file_name() -> None:
    documents = {
        "event": {"$defs": {"port": {"maximum": 65535}}},
        "vpn": {"properties": {"port": {"$ref": "event.json#/$defs/port"}}},
    }
    schemas = compile_schemas(documents)
    assert schemas.validate({"category": "vpn", "port": 1}) == "vpn"
    assert len(schemas.errors({"category": "vpn", "port": 65536})) == 1


def test_the_id_of_a_document_changes_nothing() -> None:
    vpn = {"$id": "https://example.com/a/vpn.json", "allOf": [{"$ref": "event.json"}]}
    schemas = compile_schemas({"event": {"required": ["summary"]}, "vpn": vpn})
    assert [error.keyword for error in schemas.errors({"category": "vpn"})] == ["required"]


def test_a_library_can_be_referred_to_and_selects_nothing() -> None:
    library = {"shipped/vpn": {"required": ["summary"], "x-categories": ["vpn"]}}
    other = {"allOf": [{"$ref": "shipped/vpn.json"}]}
    schemas = compile_schemas({"event": EVENT, "other": other}, library)
    assert schemas.select("vpn").name == "event"
    assert [error.keyword for error in schemas.errors({"category": "other"})] == ["required"]


@pytest.mark.parametrize("name", sorted(read_shipped()))
def test_every_shipped_schema_tells_what_it_is_and_what_each_property_means(name: str) -> None:
    document = read_shipped()[name]
    assert document["title"]
    assert document["description"]
    assert len(document["examples"]) >= 2
    assert len(document["x-invalid-examples"]) >= 3
    assert [] == [path for path, below in properties(document) if not below.get("description")]


def properties(schema: dict[str, Any], path: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = [(f"{path}/{name}", below) for name, below in schema.get("properties", {}).items()]
    for name, below in schema.get("properties", {}).items():
        found += properties(below, f"{path}/{name}")
    return found
