"""What is found when all is quiet: documents, dead letters, and what the logs say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.deadletter import PREFIX
from mqworker.core.identity import IDENTITY_HEADER
from mqworker.sources.rabbitmq import RabbitmqSource
from tests.campaign.fleet import PASSWORD, Fleet
from tests.campaign.planted import SECRET
from tests.campaign.record import Found, Letter
from tests.campaign.shipments import TOKEN
from tests.integration.pairs import DEAD_QUEUE, search

PAGE = 2000
SECRETS = (PASSWORD, SECRET, TOKEN)
FORBIDDEN = ("Traceback (most recent call last)", "a defect of mqworker", "worker failed")


def documents(fleet: Fleet) -> Iterator[Found]:
    """Give every document of the campaign, over all indices."""
    after: list[Any] = []
    order = [{"details.eventid": "asc"}, {"_index": "asc"}]
    while True:
        page: dict[str, Any] = {
            "size": PAGE,
            "sort": order,
            "query": {"term": {"details.run": fleet.run}},
        } | ({"search_after": after} if after else {})
        hits = search(fleet.services.elasticsearch, "events-*", page)["hits"]["hits"]
        if not hits:
            return
        yield from (Found(hit["_index"], hit["_id"], hit["_source"]) for hit in hits)
        after = hits[-1]["sort"]


def letters(fleet: Fleet) -> list[Letter]:
    """Return the dead letters, and take them."""
    found: list[Letter] = []
    options = RabbitmqOptions(urls=(fleet.vhost,), queue=DEAD_QUEUE)
    count = sum(fleet.services.rabbitmq.depth(DEAD_QUEUE, fleet.vhost))
    with closing(RabbitmqSource(options)) as source:
        while len(found) < count:
            deliveries = source.receive(500, 5)
            for each in deliveries:
                headers: Any = each.properties.headers
                stage, reason = (headers[PREFIX + name] for name in ("stage", "reason"))
                found.append(Letter(each.body, headers[IDENTITY_HEADER], stage, reason))
            source.settle([each.tag for each in deliveries])
    return found


def complaints(logs: Iterable[Path]) -> Iterator[str]:
    """Give the lines of logs that must not be there, with what follows them."""
    for log in logs:
        lines = log.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines):
            if any(words in line for words in FORBIDDEN):
                yield f"{log.name}: " + " | ".join(lines[number : number + 30])[-1500:]
            if any(secret in line for secret in SECRETS):
                yield f"{log.name}: a secret in a log: {line[:200]}"
