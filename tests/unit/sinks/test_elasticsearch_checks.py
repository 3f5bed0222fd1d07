"""What the sink demands of a cluster, against clusters of every kind."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

import orjson
import pytest

from mqworker.core.errors import Misconfigured, SinkUnavailable
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sinks.template import VERSION
from tests.stubs.scripted import Answer, Cut, Entry, Request, json_answer, scripted

PRIVILEGES = {
    "username": "worker",
    "cluster": {"monitor": True},
    "index": {"events-out-of-range": {"index": True, "auto_configure": True, "read": True}},
}
NOTHING_FOUND = json_answer({"error": {"type": "resource_not_found_exception"}}, 404)
FORBIDDEN = json_answer({"error": {"type": "security_exception", "reason": "unauthorized"}}, 403)
NO_HANDLER = json_answer({"error": "no handler found for uri [/_security/user/_has]"}, 400)


def server_info(number: str, flavor: str = "default") -> Answer:
    return json_answer({"version": {"number": number, "build_flavor": flavor}})


def template_there(version: object) -> Answer:
    template = {"index_patterns": ["events-2*"], "version": version}
    return json_answer({"index_templates": [{"name": "x", "index_template": template}]})


def cluster(
    info: Entry = server_info("9.5.3"),  # noqa: B008 (a frozen value)
    privileges: Entry = json_answer(PRIVILEGES),  # noqa: B008
    alias: Entry = NOTHING_FOUND,
    template: Entry = NOTHING_FOUND,
    put: Entry = json_answer({"acknowledged": True}),  # noqa: B008
) -> Callable[[Request], Any]:
    entries = {
        "GET /": info,
        "POST /_security/user/_has_privileges": privileges,
        "GET /_resolve/index/events": alias,
        "GET /_index_template/mqworker-events": template,
        "PUT /_index_template/mqworker-events": put,
    }
    return lambda request: entries[f"{request.method} {request.path}"](request)


def verify(otherwise: Entry, **options: Any) -> tuple[str, list[str]]:
    """Return what `verify` says, and the requests that changed something."""
    with scripted(otherwise) as server:
        sink = ElasticsearchSink(ElasticsearchOptions(urls=(server.url,), timeout_s=5, **options))
        try:
            said = sink.verify()
        finally:
            sink.close()
        return said, [each.path for each in server.requests if each.method == "PUT"]


@pytest.mark.parametrize("number", ["8.19.0", "8.19.3", "8.20.1", "9.0.0", "9.5.3-SNAPSHOT"])
def test_every_supported_version_of_the_server_is_accepted(number: str) -> None:
    said, changed = verify(cluster(server_info(number)))

    assert said == (
        f"Elasticsearch {number}, index template mqworker-events version {VERSION} installed"
    )
    assert changed == ["/_index_template/mqworker-events"]


@pytest.mark.parametrize("number", ["7.17.29", "8.18.8", "8.11.0", "10.0.0"])
def test_an_unsupported_version_of_the_server_is_named_and_refused(number: str) -> None:
    with pytest.raises(Misconfigured, match=f"{number}.*needs 8.19 or any 9"):
        verify(cluster(server_info(number)))


@pytest.mark.parametrize(
    ("info", "told"),
    [
        (Answer(200, b'{"version":{"number":"2.11.0"}}'), "not Elasticsearch"),
        (Answer(200, b"<html>", "text/html"), "not Elasticsearch"),
        (json_answer({"error": {"type": "security_exception"}}, 401), "the credentials"),
        (FORBIDDEN, "403 security_exception: unauthorized"),
        (json_answer({"error": {"type": "media_type_header_exception"}}, 400), "media_type"),
    ],
)
def test_a_server_that_will_never_do_is_a_matter_of_configuration(info: Entry, told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        verify(cluster(info))


@pytest.mark.parametrize("info", [Cut(), Answer(503), Answer(429), Answer(200, b"garbage")])
def test_a_server_that_does_not_serve_now_is_unavailable(info: Entry) -> None:
    with pytest.raises(SinkUnavailable):
        verify(cluster(info))


@pytest.mark.parametrize("version", [VERSION - 1, None, "old"])
def test_an_older_template_is_upgraded_to_our_version(version: object) -> None:
    said, changed = verify(cluster(template=template_there(version)))

    assert said.endswith(f"version {VERSION} upgraded")
    assert changed == ["/_index_template/mqworker-events"]


@pytest.mark.parametrize("version", [VERSION, VERSION + 1])
def test_a_template_of_our_version_or_a_newer_one_is_left_alone(version: int) -> None:
    said, changed = verify(cluster(template=template_there(version), put=FORBIDDEN))

    assert f"version {version}" in said
    assert changed == []


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (NOTHING_FOUND, "mqworker-events is missing"),
        (template_there(0), f"version 0, this mqworker needs {VERSION}"),
    ],
)
def test_what_is_missing_of_template_and_privilege_is_named(template: Entry, told: str) -> None:
    with pytest.raises(Misconfigured, match=f"{told}.*manage_index_templates"):
        verify(cluster(template=template, put=FORBIDDEN))


def test_without_leave_to_set_up_a_missing_template_is_not_installed() -> None:
    with pytest.raises(Misconfigured, match="mqworker setup"):
        verify(cluster(), setup=False)


def test_a_foreign_template_over_the_same_indices_is_told_to_the_operator() -> None:
    clash = {"type": "illegal_argument_exception", "reason": "[x] that have the same priority"}

    with pytest.raises(Misconfigured, match="same priority"):
        verify(cluster(put=json_answer({"error": clash}, 400)))


def test_every_missing_privilege_of_the_worker_is_named() -> None:
    lacking = {
        "username": "worker",
        "cluster": {"monitor": False},
        "index": {"events-out-of-range": {"index": True, "read": False}},
    }

    with pytest.raises(Misconfigured) as raised:
        verify(cluster(privileges=json_answer(lacking)))

    assert "worker lacks the cluster privilege monitor, the index privilege read" in str(
        raised.value
    )


@pytest.mark.parametrize("answer", [NO_HANDLER, Answer(405), NOTHING_FOUND])
def test_a_cluster_without_security_has_no_privileges_to_check(answer: Entry) -> None:
    said, _ = verify(cluster(privileges=answer))

    assert said.endswith("installed")


@pytest.mark.parametrize("kind", ["indices", "data_streams"])
def test_an_index_in_the_place_of_the_alias_is_found_before_events_are_lost_to_it(
    kind: str,
) -> None:
    taken: dict[str, list[Any]] = {"indices": [], "aliases": [], "data_streams": []}
    taken[kind].append({"name": "events"})

    with pytest.raises(Misconfigured, match="named events, which is to be the alias"):
        verify(cluster(alias=json_answer(taken)))


def test_the_alias_itself_may_be_there_already() -> None:
    there = {"indices": [], "aliases": [{"name": "events"}], "data_streams": []}

    said, _ = verify(cluster(alias=json_answer(there)))

    assert said.endswith("installed")


def test_without_the_privilege_to_look_the_place_of_the_alias_is_not_checked() -> None:
    said, _ = verify(cluster(alias=FORBIDDEN))

    assert said.endswith("installed")


def test_setting_up_needs_no_privilege_to_write_documents() -> None:
    with scripted(cluster(privileges=Cut())) as server:
        sink = ElasticsearchSink(ElasticsearchOptions(urls=(server.url,), timeout_s=5))
        said = sink.setup()
        sink.close()
        put = next(each for each in server.requests if each.method == "PUT")

    assert said.endswith(f"version {VERSION} installed")
    assert orjson.loads(put.body)["version"] == VERSION


@pytest.mark.parametrize(
    "options",
    [
        {"urls": ("http://127.0.0.1",)},
        {"urls": ("127.0.0.1:9200",)},
        {"urls": ("http://127.0.0.1:9200",), "api_key": "x", "username": "u"},
        {"urls": ("https://127.0.0.1:9200",), "ca_file": "/nonexistent/ca.pem"},
        {"urls": ("https://127.0.0.1:9200",), "certificate_file": "/nonexistent/own.pem"},
        {"urls": ("http://joe:sesame@127.0.0.1:bad",)},
    ],
)
def test_options_that_can_not_be_used_are_told_before_anything_is_sent(
    options: dict[str, Any],
) -> None:
    with pytest.raises(Misconfigured) as raised:
        ElasticsearchSink(ElasticsearchOptions(**options))

    assert "sesame" not in str(raised.value)


def test_secrets_do_not_show_when_options_are_printed() -> None:
    secret = token_hex()

    shown = repr(ElasticsearchOptions(urls=("http://h:1",), password=secret, api_key=secret))

    assert secret not in shown
