"""The extractors that are installed: those of mqworker, and those of other packages."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from mqworker.core.errors import Misconfigured
from mqworker.core.extract import Extractor

GROUP = "mqworker.extractors"
"""The entry point group in which a package names its extractors."""


def load_extractors() -> tuple[Extractor, ...]:
    """Import the extractors that installed packages register, in the order of their names.

    Raises:
        Misconfigured: one can't be imported or is none, or two have the same name; the message
            names the package and the entry point.
    """
    loaded: dict[str, Extractor] = {}
    origins: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        extractor = load(point)
        if extractor.name in loaded:
            raise Misconfigured(
                f"{origin(point)} and {origins[extractor.name]} are both the extractor"
                f" {extractor.name}: uninstall one of them"
            )
        loaded[extractor.name], origins[extractor.name] = extractor, origin(point)
    return tuple(loaded[name] for name in sorted(loaded))


def load(point: EntryPoint) -> Extractor:
    """Import one extractor.

    Raises:
        Misconfigured: it can't be imported, or is none.
    """
    try:
        extractor = point.load()
    except Exception as error:  # whatever a package of others raises when it is imported
        raise Misconfigured(f"{origin(point)} can't be loaded: {error!r}") from error
    if not isinstance(extractor, Extractor):
        raise Misconfigured(f"{origin(point)} is a {type(extractor).__name__}, no Extractor")
    return extractor


def origin(point: EntryPoint) -> str:
    """Return what names an entry point to a person."""
    package = point.dist.name if point.dist else "an unknown package"
    return f"extractor {point.name} = {point.value} of package {package}"
