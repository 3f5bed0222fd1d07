"""Options of privacy: what is not stored as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mqworker.config.kinds import FILE, choice
from mqworker.config.option import option, optional


@dataclass(frozen=True)
class PrivacyOptions:
    """Privacy."""

    privacy: Path | None = optional(
        FILE,
        "A TOML file that names the fields to mask, to drop or to hash before documents are "
        "stored: see docs/privacy.rst. It is read at the start only.",
    )
    privacy_key_file: Path | None = optional(
        FILE,
        "A file that holds the key of the hashes, 16 bytes at least. Without this option, "
        "systemd's credential privacy_key is used when there is one.",
    )
    privacy_dead_letters: Literal["original", "redacted"] = option(
        choice("original", "redacted"),
        "What dead letters hold: the sender's own bytes, or what privacy leaves of them, as far as "
        "they can be read. Redacted ones are not what was sent.",
        "original",
    )
