"""A look at what lies in files: schemas with their examples, and the rules of correlation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mqworker.config.extractors import load_extractors
from mqworker.config.load import Loaded
from mqworker.config.privacyfile import load_privacy
from mqworker.config.rulesfile import load_rules
from mqworker.config.schemafiles import (
    SHIPPED,
    Documents,
    inherit,
    list_schemas,
    load_schemas,
    read_schema,
    read_shipped,
)
from mqworker.config.secret import Secret
from mqworker.core.errors import Misconfigured
from mqworker.core.examples import check_examples
from mqworker.core.finding import Finding
from mqworker.core.schemas import BadSchema, compile_schemas

EXPLAIN = "correct it there; docs/schemas.rst tells what a schema may say"


def check_configuration(loaded: Loaded | Misconfigured) -> Iterator[Finding]:
    """Tell whether the configuration can be used, and what is doubtful about it."""
    area = subject = "configuration"
    if isinstance(loaded, Misconfigured):
        for line in str(loaded).splitlines():
            cure = "correct it there; docs/configuration.rst has every option"
            yield Finding(area, subject, "bad", line, cure)
        return
    given = sum(origin != "default" for origin in loaded.origins.values())
    where = str(loaded.file) if loaded.file else "no file"
    yield Finding(area, subject, "good", f"{where}; {given} options are given")
    for warning in loaded.warnings:
        yield Finding(area, subject, "doubtful", warning, "mqworker config tells where it is from")


def check_schemas(directories: Sequence[Path]) -> Iterator[Finding]:
    """Judge every schema: as JSON, by the metaschema, and by its own examples."""
    area = "schemas"
    try:
        schemas = load_schemas(directories)
    except Misconfigured:
        for told in faults(directories):
            yield Finding(area, "schema", "bad", told, EXPLAIN)
        return
    complaints = check_examples(schemas)
    for told in complaints:
        yield Finding(area, "example", "bad", told, "correct the schema, or its example")
    if not complaints:
        names = [schema.name for schema in schemas]
        told = f"{len(names)} schemas and their examples: {', '.join(names)}"
        yield Finding(area, "schemas", "good", told)


def faults(directories: Sequence[Path]) -> Iterator[str]:
    """Tell what is wrong with each file: who loads them all stops at the first."""
    shipped = read_shipped()
    documents, paths = dict(shipped), dict[str, Path]()
    for path in listed(directories):
        if isinstance(path, Misconfigured):
            yield str(path)
            continue
        try:
            documents[path.stem] = inherit(read_schema(path), shipped.get(path.stem))
            paths[path.stem] = path
        except Misconfigured as error:
            yield str(error)
    neighbours = {f"{SHIPPED}/{name}": document for name, document in shipped.items()}
    while bad := first_fault(documents, neighbours):
        yield f"{paths.get(bad.name, bad.name)}: {bad.pointer or 'as a whole'}: {bad.reason}"
        if bad.name not in paths:
            return
        del paths[bad.name], documents[bad.name]
        if bad.name in shipped:
            documents[bad.name] = shipped[bad.name]


def listed(directories: Sequence[Path]) -> Iterator[Path | Misconfigured]:
    """Give every file of the directories, and what is wrong with a directory."""
    for directory in directories:
        try:
            yield from list_schemas(directory)
        except Misconfigured as error:
            yield error


def first_fault(documents: Documents, neighbours: Documents) -> BadSchema | None:
    """Return why schemas can't be used together; None if they can."""
    try:
        compile_schemas(documents, neighbours)
    except BadSchema as bad:
        return bad
    return None


def check_rules(file: Path | None) -> Iterator[Finding]:
    """Judge the rules of correlation."""
    try:
        rules = load_rules(file)
    except Misconfigured as error:
        for line in str(error).splitlines():
            yield Finding("rules", "rules", "bad", line, "correct it there; see docs/rules.rst")
        return
    identity = ", ".join(map(str, rules.identity))
    told = f"{file or 'the shipped ones'}: {len(rules.rules)} rules fill {identity}"
    yield Finding("rules", "rules", "good", told)


def check_privacy(file: Path | None, key: Secret | None) -> Iterator[Finding]:
    """Judge the rules of privacy, where there are some."""
    try:
        load_privacy(file, key)
    except Misconfigured as error:
        for line in str(error).splitlines():
            yield Finding(
                "privacy", "privacy", "bad", line, "correct it there; see docs/privacy.rst"
            )
        return
    if file is not None:
        yield Finding("privacy", "privacy", "good", str(file))


def check_extractors() -> Iterator[Finding]:
    """Judge the extractors that packages bring."""
    try:
        found = load_extractors()
    except Misconfigured as error:
        cure = "mend or remove the package that it is from"
        yield Finding("extractors", "extractors", "bad", str(error), cure)
        return
    yield Finding("extractors", "extractors", "good", f"{len(found)} are loaded")
