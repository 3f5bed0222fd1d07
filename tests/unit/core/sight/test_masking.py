import time

import pytest

from mqworker.core.sight.masking import masked, masked_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mysql -u x --password hunter2 -h db", "mysql -u x --password *** -h db"),
        ("password=hunter2 ok", "password=*** ok"),
        ('{"api_key": "abc def", "n": 1}', '{"api_key": ***, "n": 1}'),
        ("amqp://ann:hunter2@mq/", "amqp://ann:***@mq/"),
        ("GET https://h/?access_token=abc&n=1", "GET https://h/?access_token=***&n=1"),
        ("Authorization: Bearer abcdefgh12345", "Authorization: *** ***"),
        ("sent Bearer abcdefgh12345 to", "sent Bearer *** to"),
        ("eyJhbGciOi.eyJzdWIi.abc_-1 seen", "*** seen"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----", "***"),
        ("ghp_abcdefghijklmnopqrstuv pushed", "*** pushed"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text, shown):
    assert shown == masked_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Failed password for root from 192.0.2.1 port 22 ssh2",
        "Accepted publickey for ann",
        "token ring is down",
        "3 tokens left",
    ],
)
def test_what_only_speaks_of_secrets_is_shown(text):
    assert text == masked_text(text)


def test_a_field_that_is_named_like_a_secret_is_hidden_whole():
    details = {"DB_PASSWORD": "x", "list": [{"token": 7}], "user": "ann", "pwd": ""}
    shown = details | {"DB_PASSWORD": "***", "list": [{"token": "***"}]}
    assert {"details": shown} == masked({"details": details})


def test_what_is_given_is_not_changed():
    event = {"details": {"password": "x"}}
    masked(event)
    assert {"details": {"password": "x"}} == event


def test_a_long_text_is_cut():
    assert 2001 == len(masked_text("a" * 5000))


@pytest.mark.parametrize(
    "piece",
    ["a", "-eyJ", "password ", "x-token", "?password", "a://", "-----BEGIN ", "'\"=", "xoxb-"],
)
def test_no_text_takes_long(piece):
    began = time.process_time()
    masked_text(piece * 20_000)
    assert time.process_time() - began < 0.5
