"""Settings -> what the pure steps are told, and the rhythm of the worker."""

from __future__ import annotations

import os
from zoneinfo import ZoneInfo

from mqworker.config.extractors import load_extractors
from mqworker.config.schemafiles import load_schemas
from mqworker.config.settings import Settings
from mqworker.core.backoff import Backoff
from mqworker.core.batch import BatchPolicy
from mqworker.core.brake import BrakePolicy
from mqworker.core.decode import Limits
from mqworker.core.extract import Extraction
from mqworker.core.naming import Naming
from mqworker.core.pace import Pace
from mqworker.core.policy import Policy


def build_policy(settings: Settings) -> Policy:
    """Return what the pure steps are told.

    Raises:
        Misconfigured: a schema or an extractor is unusable.
    """
    return Policy(
        schemas=load_schemas(settings.schemas),
        limits=Limits(
            settings.max_body, settings.max_depth, settings.max_keys, settings.max_events
        ),
        naming=Naming(days_back=settings.days_back, days_ahead=settings.days_ahead),
        hostname=settings.hostname,
        timezone=ZoneInfo(settings.timezone),
        on_invalid=settings.on_invalid,
        salt=os.urandom(16) if settings.identity == "unique" else b"",
        extraction=Extraction(load_extractors()),
    )


def build_pace(settings: Settings) -> Pace:
    """Return the rhythm of the worker. A batch that prefetch does not allow would never be full."""
    count = min(settings.batch_count, settings.prefetch)
    return Pace(
        batch=BatchPolicy(count, settings.batch_bytes, settings.batch_age),
        bulks=settings.bulks,
        backoff=Backoff(settings.retry_min, settings.retry_max),
        brake=BrakePolicy(settings.brake_ratio, settings.brake_sample, settings.brake_pause),
        drain_s=settings.drain,
        memory_outage=settings.memory_outage,
    )
