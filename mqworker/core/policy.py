"""Everything that the pure steps are told by the operator; swapped whole at a reload."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from mqworker.core.decode import Limits
from mqworker.core.extract import Extraction
from mqworker.core.naming import Naming
from mqworker.core.schemas import Schemas


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's choices, as the pure steps need them.

    schemas: what events are validated against.
    limits: bounds on what is decoded.
    naming: how indices are named, and their bounds.
    hostname: written to `mozdefhostname`.
    timezone: of times that name none.
    on_invalid: dead-letter an invalid event, or index it with its errors and the tag `invalid`.
    salt: see `mqworker.core.identity.identify`.
    extraction: reads the text of events.
    """

    schemas: Schemas
    limits: Limits = field(default_factory=Limits)
    naming: Naming = field(default_factory=Naming)
    hostname: str = "localhost"
    timezone: tzinfo = UTC
    on_invalid: Literal["dead-letter", "tag"] = "dead-letter"
    salt: bytes = b""
    extraction: Extraction = field(default_factory=Extraction)
