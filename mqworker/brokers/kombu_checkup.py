"""A look at a broker that is reached through kombu: whether it lets us in."""

from __future__ import annotations

from collections.abc import Iterator

from mqworker.brokers.kombu import KombuOptions, close, connection_to, open_channel
from mqworker.core.errors import Misconfigured
from mqworker.core.finding import Finding
from mqworker.core.urls import redact, redact_text

AREA = "broker"


def check_kombu(options: KombuOptions) -> Iterator[Finding]:
    """Look whether each broker lets us in; what it holds is not looked at."""
    for url in options.targets:
        shown = redact(url)
        connection = connection_to(options, url)
        try:
            open_channel(options, connection)
        except Misconfigured as error:
            yield Finding(AREA, "login", "bad", str(error), "check --broker and its password")
        except Exception as error:  # noqa: BLE001 - a transport raises what its library raises
            told = f"{shown}: {redact_text(str(error))}"
            cure = "start it, or check --broker and its password"
            yield Finding(AREA, "login", "bad", told, cure, passing=True)
        else:
            yield Finding(AREA, "login", "good", shown)
        finally:
            close(connection)
