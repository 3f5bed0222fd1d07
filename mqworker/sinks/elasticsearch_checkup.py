"""A look at Elasticsearch as the worker will meet it: nothing is installed and nothing changed.

What the worker demands at its start (`elasticsearch_checks`) comes first; then what would stop or
refuse documents later. What the user may not ask is unseen, and no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from mqworker.core.cluster_check import (
    curl,
    judge_blocks,
    judge_disks,
    judge_fields,
    judge_health,
)
from mqworker.core.errors import Misconfigured, SinkUnavailable
from mqworker.core.finding import Finding
from mqworker.core.urls import redact
from mqworker.sinks.elasticsearch_checks import (
    CLUSTER_PRIVILEGES,
    INDEX_PRIVILEGES,
    check_alias,
    check_lifecycle,
    check_privileges,
    check_version,
    tell_installation,
)
from mqworker.sinks.elasticsearch_client import (
    ElasticsearchOptions,
    connect,
    explain,
    reason_of,
    translated,
)
from mqworker.sinks.template import install, template_name

AREA = "sink"
DURABILITY = "index.translog.durability"


def check_elasticsearch(options: ElasticsearchOptions) -> Iterator[Finding]:
    """Look at each node, and at the cluster by the first that lets us in."""
    usable: list[str] = []
    for url in options.urls:
        finding = check_node(replace(options, urls=(url,)))
        if finding.verdict == "good":
            usable.append(url)
        yield finding
    if usable:
        with closing(connect(replace(options, urls=tuple(usable)))) as client:
            yield from check_cluster(client, options, bare(usable[0]))


def check_node(options: ElasticsearchOptions) -> Finding:
    """Look whether a node lets us in, and which version it is."""
    shown = redact(options.urls[0])
    try:
        with closing(connect(options)) as client, translated():
            version = check_version(client)
    except SinkUnavailable as error:
        cure = "start it, or name another one with --sink; is a firewall in between?"
        return Finding(AREA, "login", "bad", f"{shown}: {error}", cure, passing=True)
    except Misconfigured as error:
        return Finding(AREA, "login", "bad", f"{shown}: {error}", cure_for_login(str(error)))
    return Finding(AREA, "login", "good", f"{shown}: Elasticsearch {version}")


def cure_for_login(text: str) -> str:
    """Return what to do about a node that does not let us in."""
    if "credentials" in text:
        return "check sink_username and sink_password_file, or sink_api_key_file"
    if "trusted" in text:
        return "name the authority of its certificate with --sink-ca-file"
    if "supported" in text:
        return "upgrade Elasticsearch to 8.19 or any 9"
    return "is --sink the URL of Elasticsearch?"


def check_cluster(
    client: Elasticsearch, options: ElasticsearchOptions, url: str
) -> Iterator[Finding]:
    """Look at privileges, alias, template, disks, limits and indices."""
    prefix = options.prefix
    yield demanded("privileges", lambda: check_privileges(client, prefix), role(prefix, url))
    yield from seen(f"alias {prefix}", lambda: check_name(client, prefix, url))
    template = check_template(client, prefix, options.lifecycle)
    yield template
    if template.verdict == "good":
        yield from seen("template", lambda: check_effect(client, prefix, url))
    yield from seen("disk", lambda: check_room(client, url))
    yield from seen("indices", lambda: check_indices(client, prefix, url))


def demanded(subject: str, check: Callable[[], object], cure: str) -> Finding:
    """Return what a check of the worker's start says."""
    try:
        with translated():
            told = check()
    except Misconfigured as error:
        return Finding(AREA, subject, "bad", str(error), cure)
    except SinkUnavailable as error:
        return Finding(AREA, subject, "bad", str(error), passing=True)
    return Finding(AREA, subject, "good", str(told or "as needed"))


def check_name(client: Elasticsearch, prefix: str, url: str) -> Iterator[Finding]:
    """Look whether an index sits where the alias is to be; the worker's start may not see that."""
    with suppress(NotFoundError):
        client.indices.resolve_index(name=prefix)
    found = demanded(f"alias {prefix}", lambda: check_alias(client, prefix), freed(prefix, url))
    if found.verdict == "bad":
        found = found._replace(told=f"{found.told}; until then nothing can be stored")
    yield found


def check_template(client: Elasticsearch, prefix: str, lifecycle: str | None) -> Finding:
    """Look whether the template is there, in this version."""
    subject = f"template {template_name(prefix)}"

    def look() -> str:
        check_lifecycle(client, lifecycle)
        return tell_installation(prefix, install(client, prefix, lifecycle, allowed=False))

    finding = demanded(subject, look, "mqworker setup (a worker that may does it at its start)")
    if finding.verdict != "bad" or finding.passing or "lifecycle" in finding.told:
        return finding
    told = finding.told.removesuffix("; run `mqworker setup`")
    means = f"{told}: Elasticsearch would guess the types of fields, and refuse what does not fit"
    return finding._replace(told=means)


def seen(subject: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Give what a look finds; where we may not look, say so."""
    try:
        yield from look()
    except ApiError as error:
        told = f"can't be seen by this user: {reason_of(error)}"
        cure = "give it the index privilege view_index_metadata, or check as another user"
        yield Finding(AREA, subject, "unseen", told, cure)
    except TransportError as error:
        told = f"Elasticsearch does not answer: {explain(error)}"
        yield Finding(AREA, subject, "bad", told, passing=True)


def check_effect(client: Elasticsearch, prefix: str, url: str) -> Iterator[Finding]:
    """Look what an index that is made today would get, of all templates together."""
    name = f"{prefix}-{datetime.now(UTC):%Y%m%d}"
    answer = get(client, f"/_index_template/_simulate_index/{name}", "POST").get("template", {})
    if prefix not in answer.get("aliases", {}):
        told = f"the template of somebody else takes {name}: it would have no alias {prefix}"
        cure = f"curl '{url}/_index_template?filter_path=**.index_patterns,**.priority' names it: "
        yield Finding(AREA, "template", "bad", told, f"{cure}lower its priority below 300")
    durability = flat(answer.get("settings", {})).get(DURABILITY)
    if durability == "async":
        told = f"{DURABILITY} is async: a crash of Elasticsearch loses what it has acknowledged"
        cure = f"take it out of the component template {template_name(prefix)}@custom"
        yield Finding(AREA, "template", "bad", told, cure, loses=True)


def check_room(client: Elasticsearch, url: str) -> Iterator[Finding]:
    """Look at health, shards and disks."""
    told = get(client, "/_cluster/settings?include_defaults=true&flat_settings=true")
    settings: dict[str, Any] = {}
    for part in ("defaults", "persistent", "transient"):
        settings |= told.get(part, {})
    yield from judge_health(get(client, "/_cluster/health"), settings, url)
    yield from judge_disks(get(client, "/_cat/allocation?format=json&bytes=b"), settings)


def check_indices(client: Elasticsearch, prefix: str, url: str) -> Iterator[Finding]:
    """Look at blocks and at the number of fields of the newest index."""
    found = get(client, f"/{prefix}-*/_settings?flat_settings=true")
    settings = {name: one["settings"] for name, one in found.items()}
    yield from judge_blocks(settings, url)
    for name, one in settings.items():
        if one.get(DURABILITY) == "async":
            told = f"{DURABILITY} is async: a crash of Elasticsearch loses what it has acknowledged"
            cure = f'{curl("PUT", url, f"/{name}/_settings")} -d \'{{"{DURABILITY}": "request"}}\''
            yield Finding(AREA, f"index {name}", "bad", told, cure, loses=True)
    newest = max((name for name in settings if name.startswith(f"{prefix}-2")), default=None)
    if newest is None:
        yield Finding(AREA, "fields", "good", "there is no index yet")
        return
    mapping = get(client, f"/{newest}/_mapping")[newest]["mappings"]
    component = f"/_component_template/{template_name(prefix)}%40custom"
    yield judge_fields(newest, mapping, settings[newest], url, component)


def get(client: Elasticsearch, path: str, method: str = "GET") -> Any:
    """Return what is at a path."""
    return client.perform_request(method, path, headers={"accept": "application/json"}).body


def flat(settings: Any, prefix: str = "") -> dict[str, Any]:
    """Return nested settings by their full names."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        whole = f"{prefix}{name}"
        found |= flat(value, f"{whole}.") if isinstance(value, dict) else {whole: value}
    return found


def bare(url: str) -> str:
    """Return a URL for a command: without user and password, which curl is told by -u."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}".rstrip("/")


def role(prefix: str, url: str) -> str:
    """Return the command that gives a role what the worker needs."""
    cluster = ", ".join(f'"{name}"' for name in CLUSTER_PRIVILEGES)
    index = ", ".join(f'"{name}"' for name in INDEX_PRIVILEGES)
    return (
        f"as an administrator: {curl('PUT', url, '/_security/role/mqworker')} "
        f'-d \'{{"cluster": [{cluster}], "indices": [{{"names": ["{prefix}-*"], '
        f'"privileges": [{index}]}}]}}\', and give the user this role'
    )


def freed(prefix: str, url: str) -> str:
    """Return the commands that make room for the alias and keep the documents."""
    moved = f'{{"source": {{"index": "{prefix}"}}, "dest": {{"index": "{prefix}-out-of-range"}}}}'
    return (
        f"stop whoever writes to it, then "
        f"{curl('POST', url, '/_reindex')} -d '{moved}', compare the counts, and "
        f"curl -X DELETE '{url}/{prefix}'"
    )
