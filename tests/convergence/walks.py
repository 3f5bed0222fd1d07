"""The specification of correlation, read aloud: slow, over the whole set, with nothing of ours.

An event is a dict: id, at (milliseconds), links (a list of (rule name, value)), stated (a dict of
identity field to value). A rule is a dict: carries (a set of fields), before, after (in buckets).
"""

BUCKET_MS = 60_000


def answers(events, rules, fields, max_hops, hot, cap):
    """Return {event ID: {field: finding}} for every event and every field that it lacks."""
    return {
        event["id"]: {
            field: finding
            for field in fields
            if field not in event["stated"]
            and (finding := answer(event, field, events, rules, max_hops, hot, cap))
        }
        for event in events
    }


def answer(start, field, events, rules, max_hops, hot, cap):  # noqa: C901 - read aloud, not taken apart
    """Walk breadth first from one event, by the letter of the specification."""
    seen, frontier = {start["id"]}, [start]
    for hops in range(1, max_hops + 1):
        reached, hot_names = {}, []
        for event in frontier:
            for name, value in event["links"]:
                rule = rules[name]
                if field not in rule["carries"]:
                    continue
                for bucket in range(
                    start["at"] // BUCKET_MS - rule["before"],
                    start["at"] // BUCKET_MS + rule["after"] + 1,
                ):
                    sharing = [
                        other
                        for other in events
                        if (name, value) in other["links"] and other["at"] // BUCKET_MS == bucket
                    ]
                    if len(sharing) > hot:
                        hot_names.append(name)
                        continue
                    for other in sharing:
                        reached.setdefault(other["id"], (other, []))[1].append(name)
        if hot_names:
            return ("hot", min(hot_names), hops)
        new = [(event, names) for name, (event, names) in reached.items() if name not in seen]
        stating = [(event, names) for event, names in new if field in event["stated"]]
        values = sorted({event["stated"][field] for event, _ in stating})
        if len(values) > 1:
            return ("ambiguous", tuple(values[:cap]), hops)
        if values:
            first, names = min(stating, key=lambda pair: (pair[0]["at"], pair[0]["id"]))
            return ("fill", values[0], min(names), first["id"], hops, first["at"] - start["at"])
        if not new:
            return None
        seen |= {event["id"] for event, _ in new}
        frontier = [event for event, _ in new]
    return None
