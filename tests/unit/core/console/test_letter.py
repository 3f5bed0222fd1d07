from __future__ import annotations

import orjson
import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.console.letter import MOST_BYTES, Found, letter
from mqworker.core.letter import Letter
from mqworker.core.message import Refusal
from mqworker.core.policy import Policy
from tests.pages import ATTACKS, Page, asked
from tests.pages import letter as made

POLICY = Policy(load_schemas(()))
EVENT = {
    "category": "authentication",
    "summary": "login",
    "hostname": "h",
    "details": {"success": "maybe", "username": "alice"},
}
REFUSAL = Refusal(
    "validate", "write true or false", "/details/success", "enum", schema="authentication"
)


def page(*letters: Letter, identity: str = "m") -> Page:
    return Page(letter(Found("eventtask", identity, letters, 3), POLICY, asked()).body)


def test_the_refused_line_is_marked_and_told() -> None:
    body = "".join(
        letter(Found("q", "m", [made(orjson.dumps(EVENT), REFUSAL)], 3), POLICY, asked()).body
    )

    assert "<mark>    &quot;success&quot;: &quot;maybe&quot;,</mark>" in body
    text = Page(body).text
    assert "write true or false" in text
    assert "it would be refused again, by validate" in text
    assert "x-mqworker-reason" in text


def test_the_bytes_are_shown_as_they_are_also_when_they_are_no_text() -> None:
    text = page(made(b"\xff{not json", Refusal("decode", "no"))).text

    assert r"\xff{not json" in text
    assert "10 bytes" in text


def test_of_a_large_body_the_beginning_is_shown() -> None:
    assert "The first 65,536 bytes are shown." in page(made(b"x\n" * MOST_BYTES)).text


def test_of_a_large_record_the_lines_around_the_place_are_shown() -> None:
    event = EVENT | {"details": {f"a{n:04}": n for n in range(500)} | EVENT["details"]}
    text = page(made(orjson.dumps(event), REFUSAL)).text

    assert '"success": "maybe"' in text.partition("As it was sent")[0]
    assert '"a0001"' not in text.partition("As it was sent")[0]


def test_what_may_be_done_names_the_letter() -> None:
    shown = page(made(identity="a b"), identity="a b")

    assert {"identity": "a b", "word": "word", "queue": "eventtask"} == shown.fields()
    assert "/remove?queue=eventtask&identity=a+b&look=3" in shown.values("href")


def test_all_letters_of_one_message_are_shown() -> None:
    assert "Letter 2 of 2 of this message" in page(made(), made()).text


def test_a_letter_that_is_gone_is_said_to_be() -> None:
    view = letter(Found("q", "m", [], 3), POLICY, asked())

    assert (404, {"error": "no such letter"}) == (view.status, view.facts)


def test_a_letter_is_told_to_machines_as_the_command_does() -> None:
    view = letter(Found("q", "m", [made(b"x", Refusal("decode", "no"))], 3), POLICY, asked())

    (told,) = orjson.loads(orjson.dumps(view.facts))["letters"]
    assert ("m", "x", "refused") == (told["identity"], told["body"], told["now"])


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_letters_are_text(text: str) -> None:
    body = orjson.dumps({"summary": text.replace("\ud800", ""), text.replace("\ud800", ""): 1})
    refusal = Refusal("validate", text, f"/{text}", text, text, text, schema=text)
    headers = {text: text, "list": [text]}

    assert page(
        made(body, refusal, identity=text, headers=headers, content_encoding=text)
    ).is_harmless()
    assert page(made(text.encode("utf-8", "surrogatepass"), refusal)).is_harmless()
