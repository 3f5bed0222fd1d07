"""The files that schemas come from: those that mqworker ships, and the operator's.

1. A file of an operator's directory adds a schema, or replaces the shipped one of the same name; of
   several directories the later wins.
2. Nothing in such a directory is overlooked: what is no schema is an error, save hidden files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from mqworker.core.errors import Misconfigured
from mqworker.core.schemas import CATEGORIES, BadSchema, Schemas, compile_schemas

SHIPPED = "shipped"
"""`{"$ref": "shipped/event.json"}` names the shipped schema, also in a file that replaces it."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.json")

Documents = dict[str, dict[str, Any]]


def load_schemas(directories: Sequence[Path] = ()) -> Schemas:
    """Load the shipped schemas and the operator's, and make them ready for use.

    A file that replaces a shipped schema and has no `x-categories` keeps the categories of that.

    Raises:
        Misconfigured: a directory or file can't be read, or a schema can't be used; the message
            names the file and the place in it.
    """
    shipped = read_shipped()
    documents = dict(shipped)
    paths: dict[str, Path] = {}
    for directory in directories:
        for path in list_schemas(directory):
            paths[path.stem] = path
            documents[path.stem] = inherit(read_schema(path), shipped.get(path.stem))
    try:
        return compile_schemas(
            documents, {f"{SHIPPED}/{name}": document for name, document in shipped.items()}
        )
    except BadSchema as bad:
        where = paths.get(bad.name, f"shipped schema {bad.name}")
        raise Misconfigured(f"{where}: {bad.pointer or 'as a whole'}: {bad.reason}") from bad


def read_shipped() -> Documents:
    """Return the schemas that mqworker ships, by name."""
    files = resources.files("mqworker.schemas").iterdir()
    return {
        file.name.removesuffix(".json"): parse(file.read_text(encoding="utf-8"), Path(file.name))
        for file in sorted(files, key=lambda file: file.name)
        if file.name.endswith(".json")
    }


def list_schemas(directory: Path) -> Iterator[Path]:
    """Give the files of an operator's directory, in the order of their names.

    Raises:
        Misconfigured: it is no directory that can be read, or holds something that is no schema.
    """
    try:
        paths = sorted(directory.iterdir())
    except OSError as error:
        raise Misconfigured(f"{directory}: {error.strerror}") from error
    for path in paths:
        if path.name.startswith("."):
            continue
        if not NAME.fullmatch(path.name):
            raise Misconfigured(
                f"{path}: no schema: a schema's file is named like vpn-session.json "
                "(letters, digits, . _ -); move it elsewhere, or begin its name with a dot"
            )
        if not path.is_file():
            raise Misconfigured(f"{path}: not a file")
        yield path


def read_schema(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        Misconfigured: it can't be read, or is no JSON object.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), path)
    except OSError as error:
        raise Misconfigured(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path}: not UTF-8 at byte {error.start}") from error


def parse(text: str, path: Path) -> dict[str, Any]:
    """Return the JSON object in a text; `path` is for the messages.

    Raises:
        Misconfigured: it is no JSON object, or names something twice.
    """
    try:
        document = json.loads(
            text, object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant
        )
    except json.JSONDecodeError as error:
        raise Misconfigured(
            f"{path}: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise Misconfigured(f"{path}: {error}") from error
    if not isinstance(document, dict):
        raise Misconfigured(f"{path}: a schema is a JSON object")
    return document


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members; ValueError if one is there twice."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"{name!r} is there twice in one object")
        members[name] = value
    return members


def refuse_constant(name: str) -> None:
    """Refuse what Python reads, and JSON does not know: NaN, Infinity."""
    raise ValueError(f"{name} is no JSON")


def inherit(document: dict[str, Any], replaced: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a schema with the categories of the one that it replaces, if it has none itself."""
    if replaced is None or CATEGORIES in document or CATEGORIES not in replaced:
        return document
    return {**document, CATEGORIES: replaced[CATEGORIES]}
