"""Reads a Dockerfile, and does what it says in a tree: as much of it as ours uses."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.packages.tree import Tree

IGNORED = {"ARG", "CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "VOLUME"}


@dataclass
class Stage:
    """One FROM and what follows."""

    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)


def stages(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile."""
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", plain).splitlines():
        key, _, rest = line.strip().partition(" ")
        if key == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name))
        elif key and found:
            found[-1].instructions.append((key, rest.strip()))
    return found


class Built:
    """A stage that was carried out in a tree, which stands for its base image."""

    def __init__(self, tree: Tree, context: Path, others: dict[str, Tree]) -> None:
        self.tree = tree
        self.context = context
        self.others = others
        self.where = "/"
        self.environ: dict[str, str] = {}
        self.user = "0:0"

    def carry_out(self, stage: Stage) -> None:
        """Do each instruction; one that is not known is an error."""
        for key, rest in stage.instructions:
            if key not in IGNORED:
                getattr(self, f"do_{key.lower()}")(rest)

    def do_run(self, rest: str) -> None:
        """Run a command line."""
        self.tree.run("sh", "-ec", f"cd {self.where} && {rest}", **self.environ)

    def do_copy(self, rest: str) -> None:
        """Copy from the context or from another stage."""
        *sources, target = rest.split()
        root = self.context
        if sources[0].startswith("--from="):
            root = self.others[sources.pop(0).removeprefix("--from=")].root
        for source in sources:
            found = root / source.lstrip("/")
            copy(found, self.inside(target), into=target.endswith("/"))

    def do_workdir(self, rest: str) -> None:
        """Change the directory."""
        self.where = rest
        self.inside(rest).mkdir(parents=True, exist_ok=True)

    def do_env(self, rest: str) -> None:
        """Set variables for what follows, and for what runs."""
        self.environ |= dict(word.split("=", 1) for word in rest.split())
        self.environ = {
            name: value.replace("$PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            for name, value in self.environ.items()
        }

    def do_user(self, rest: str) -> None:
        """Change the user of what runs."""
        self.user = rest

    def inside(self, path: str) -> Path:
        """Return the path, of this machine, of one in the tree."""
        return self.tree.root / (path if path.startswith("/") else f"{self.where}/{path}").lstrip(
            "/"
        )


def copy(source: Path, target: Path, *, into: bool) -> None:
    """Copy a file, or what a directory holds, as COPY does."""
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        return
    place = target / source.name if into else target
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, place)


def argv(stage: Stage, key: str) -> list[str]:
    """Return the words of a CMD, an ENTRYPOINT or a HEALTHCHECK in its JSON form."""
    (rest,) = [rest for name, rest in stage.instructions if name == key]
    return list(json.loads(rest[rest.index("[") :]))
