"""docs/schemas.rst is what the schemas say."""

from __future__ import annotations

from pathlib import Path

from mqworker.config.schemadocs import pages
from mqworker.config.schemafiles import load_schemas

PAGE = Path(__file__).parents[3] / "docs" / "schemas.rst"


def test_the_page_is_what_the_schemas_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == "".join(pages(load_schemas()))


def test_every_category_of_every_schema_is_on_the_page() -> None:
    words = " ".join(PAGE.read_text(encoding="utf-8").split())
    missing = [
        category
        for schema in load_schemas()
        for category in schema.categories
        if f"``{category}``" not in words
    ]
    assert [] == missing
