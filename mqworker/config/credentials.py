"""Which file holds which secret, and what is wrong with it.

1. A secret is never a flag, a variable or a TOML value: those are seen by others (`ps`, logs,
   backups).
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mqworker.config.places import Given
from mqworker.config.secret import Secret
from mqworker.config.settings import SECRETS

DIRECTORY = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what LoadCredential names (systemd.exec(5))."""

PRIVATE_KEYS = ("broker_key_file", "sink_key_file", "memory_key_file", "intake_key_file")

MOST_BYTES = 64 * 1024


@dataclass(slots=True)
class Held:
    """The secrets that were found, and a line for each thing wrong or doubtful."""

    given: dict[str, Given] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def take(self, name: str, file: Given) -> None:
        """Read a secret from its file."""
        try:
            self.given[name] = Given(read(file.value), file.origin)
        except ValueError as error:
            self.problems.append(f"{file.origin}: {file.value} {error}")
        else:
            self.look_at(file)

    def look_at(self, file: Given) -> None:
        """Warn when anyone on this machine can read a file."""
        if file.value.stat().st_mode & stat.S_IROTH:
            self.warnings.append(f"{file.origin}: anyone on this machine can read {file.value}")


def read_secrets(
    given: Mapping[str, Given], environ: Mapping[str, str], services: Collection[str]
) -> Held:
    """Read the secrets of these services, as far as options and credentials name a file."""
    held = Held()
    for name in SECRETS:
        file = given.get(f"{name}_file") or credential(name, environ)
        if file and name.partition("_")[0] in services:
            held.take(name, file)
    for name in PRIVATE_KEYS:
        if name in given and name.partition("_")[0] in services and given[name].value.is_file():
            held.look_at(given[name])
    return held


def credential(name: str, environ: Mapping[str, str]) -> Given | None:
    """Return the file of a credential that systemd was told to load, None when there is none."""
    path = Path(environ.get(DIRECTORY, "/nonexistent"), name)
    return Given(path, f"${DIRECTORY}/{name}") if path.is_file() else None


def read(path: Path) -> Secret:
    """Read a secret; a newline at its end is the editor's and left out.

    Raises:
        ValueError: it can't be read, or is no secret; the text says why.
    """
    content = content_of(path)
    if len(content) > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES} bytes")
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ValueError("is not text in UTF-8") from None
    if not text:
        raise ValueError("is empty")
    return Secret(text)


def content_of(path: Path) -> bytes:
    """Return the file's content, or somewhat more of it than is allowed.

    Raises:
        ValueError: it can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror}") from None
