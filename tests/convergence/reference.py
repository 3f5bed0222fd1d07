"""The slow reference: what every document has to be in the end, from the whole set of events.

It reads events and rules as they are written down, and shares nothing with the resolver.
"""

import ipaddress

from tests.convergence import walks

NOTHING = {"", "-", "unknown", "null"}


def value_of(event, field):
    """Return a field's canonical value, or None."""
    holder, name = (event["details"], field[8:]) if field.startswith("details.") else (event, field)
    text = holder.get(name)
    if isinstance(text, bool) or not isinstance(text, str | int):
        return None
    text = str(text).strip()
    if text.lower() in NOTHING:
        return None
    if name.endswith("ipaddress"):
        address = ipaddress.ip_address(text)
        return str(getattr(address, "ipv4_mapped", None) or address)
    return text


def links_of(event, rules):
    """Return the links of an event as (rule name, value)."""
    links = []
    for name, rule in rules.items():
        parts = [value_of(event, field) for field in rule["fields"]]
        if None in parts:
            continue
        if rule.get("scope") and len(parts[0]) < rule.get("scope_below", 10**9):
            parts += [value_of(event, field) for field in rule["scope"]]
        allowed = all(
            (value_of(event, field) or "").lower() in values
            for field, values in rule.get("only", {}).items()
        )
        banned = any(
            (value_of(event, field) or "").lower().startswith(tuple(prefixes))
            for field, prefixes in rule.get("never", {}).items()
        )
        if None not in parts and allowed and not banned:
            links.append((name, "\x1f".join(parts)))
    return links


def documents(events, rules, identity, settings):
    """Return {ID: document} for events given as {ID: (milliseconds, event)}.

    The events are as their senders stated them, normalized; the documents are what has to be
    stored in the end.
    """
    sightings = [
        {
            "id": name,
            "at": at,
            "links": links_of(event, rules),
            "stated": {
                field: value for field in identity if (value := value_of(event, field)) is not None
            },
        }
        for name, (at, event) in events.items()
    ]
    found = walks.answers(sightings, rules, identity, **settings)
    return {name: told(event, found[name]) for name, (_, event) in events.items()}


def told(event, answers):
    """Return an event with its answers written into it."""
    document = {**event, "details": dict(event["details"])}
    correlation = {}
    for field in sorted(answers):
        kind, *rest = answers[field]
        if kind == "hot":
            entry = {"link": rest[0], "hops": rest[1]}
        elif kind == "ambiguous":
            entry = {"candidates": list(rest[0]), "hops": rest[1]}
        else:
            value, link, evidence, hops, away = rest
            entry = {
                "value": value,
                "link": link,
                "from": evidence,
                "hops": hops,
                "seconds": away / 1000,
            }
            name = field.removeprefix("details.")
            if name in document["details"]:
                entry["was"] = document["details"][name]
            document["details"][name] = value
        heading = "filled" if kind == "fill" else kind
        correlation.setdefault(heading, []).append({"field": field, **entry})
    if correlation:
        document["correlation"] = correlation
    return document
