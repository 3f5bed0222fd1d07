from __future__ import annotations

import pytest

from mqworker.core.console.routes import ROUTES, route_of


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/../etc/passwd",
            "/console.css/",
            "//",
            "/%2e%2e/",
            "/console.css\0",
            "/API/overview",
            "",
        ),
        *("/api/", "/api/replay", "/api/remove", "/.", "/letters/", "/static/../console.py"),
    ],
)
def test_what_is_no_page_by_its_exact_path_is_none(path: str) -> None:
    assert route_of(path) is None


def test_whatever_changes_something_takes_a_post_and_is_no_part_of_the_api() -> None:
    changing = {path for path, route in ROUTES.items() if route.changes}

    assert {"/replay", "/remove", "/stop"} == changing
    assert not [
        path for path in ROUTES if path.startswith("/api/") and "POST" in ROUTES[path].methods
    ]


def test_only_the_style_the_script_the_icon_and_the_entrance_are_open() -> None:
    opened = {path for path, route in ROUTES.items() if route.is_open}

    assert {"/console.css", "/console.js", "/icon.svg", "/enter"} == opened
