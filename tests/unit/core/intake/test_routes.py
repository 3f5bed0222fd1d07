from __future__ import annotations

import pytest

from mqworker.core.intake.routes import NAMES, route_of


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/events", "/events"),
        ("/events/", "/events"),
        ("/nxlog/", "/nxlog"),
        ("/cef", "/cef"),
        ("/custom/app", "/custom"),
        ("/custom/app/", "/custom"),
        ("/_bulk", "/_bulk"),
        ("/events/_bulk/", "/_bulk"),
        ("/events/_doc/_bulk", "/_bulk"),
        ("/v1/logs", "/v1/logs"),
        ("/events/events", "/<index>/_doc"),
        ("/events/_doc", "/<index>/_doc"),
        ("/", "/"),
    ],
)
def test_a_path_stands_for_a_route_with_and_without_a_slash(path: str, name: str) -> None:
    found = route_of(path, "GET" if path == "/" else "POST")

    assert found
    assert name == found.name


@pytest.mark.parametrize(
    "path", ["/event", "/custom", "/custom/", "/custom/a/b", "/nxlog/x", "/v1", "/v1/traces", "/a"]
)
def test_any_other_path_stands_for_nothing(path: str) -> None:
    assert route_of(path, "POST") is None


def test_whatever_is_asked_for_has_one_of_few_names() -> None:
    paths = ["/x/_bulk", "/_anything/x", "/a/b", "/a/b/c", "/custom/x", "/metrics", "/ready"]

    found = {route.name for path in paths if (route := route_of(path, "POST"))}

    assert found <= {*NAMES, "/<index>/_doc"}
