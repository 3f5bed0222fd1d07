"""docs/rules.rst says what the shipped rules are and do."""

import json
import re
from datetime import UTC, datetime, time
from pathlib import Path

from mqworker.config.correlation import CorrelationOptions
from mqworker.config.option import options_of
from mqworker.config.rulesfile import TOP_LEVEL, load_rules
from mqworker.core.correlation.answer import told
from mqworker.core.correlation.replica import Replica
from mqworker.core.correlation.sighting import Sighter
from mqworker.core.correlation.walk import resolve
from mqworker.core.message import Delivery, Document, Event, PlainProperties, Tag
from tests.sightings import changed

PAGE = (Path(__file__).parents[4] / "docs" / "rules.rst").read_text(encoding="utf-8")
RULES = load_rules()
DAY = datetime(2026, 2, 1, tzinfo=UTC)
COLUMNS = [(0, 24), (24, 68), (68, 88), (88, None)]
CARRIED = {3: "all", 2: "session, user name"}


def lines_after(words):
    """Return the JSON objects of the literal block that some words introduce."""
    block = PAGE.split(words, 1)[1].split("json\n\n", 1)[1].split("\n\n", 1)[0]
    return [json.loads(line) for line in block.splitlines()]


def table():
    """Return the table of the shipped rules: fields, carried fields and window, by rule."""
    rows = {}
    for line in re.split(r"\n=[= ]+", PAGE.split("The shipped rules\n-")[1])[2].splitlines():
        name, *cells = [line[start:end].strip() for start, end in COLUMNS]
        if name:
            row = rows[name.strip("`")] = []
            row += cells
        elif line:
            row[:] = [f"{above} {cell}".strip() for above, cell in zip(row, cells, strict=True)]
    return rows


def test_the_table_lists_the_shipped_rules_and_no_others():
    assert set(RULES.rules) == set(table())


def test_the_table_says_the_fields_scope_carried_fields_and_window_of_each_rule():
    for name, (fields, carried, window) in table().items():
        rule = RULES.rules[name]
        own, _, scope = fields.partition("(")
        assert re.findall("``(.*?)``", own) == [str(field) for field in rule.fields]
        assert re.findall("``(.*?)``", scope) == [str(field) for field in rule.scope]
        assert re.findall(r"\d+", scope) == ([str(rule.scope_below)] if rule.scope_below else [])
        assert carried == CARRIED[len(rule.carries)]
        assert window == f"{rule.before} min / {rule.after}"


def test_what_carries_less_than_all_does_not_carry_the_address():
    (address,) = (n for n, where in enumerate(RULES.identity) if where.name == "sourceipaddress")
    assert all(
        address not in rule.carries for rule in RULES.rules.values() if len(rule.carries) < 3
    )


def test_every_rule_and_every_key_of_the_file_is_explained():
    keys = (
        "version identity bucket lateness max_hops hot candidates name fields carries before after"
    )
    for word in (*RULES.rules, *keys.split(), "scope", "scope_below", *TOP_LEVEL):
        assert f"``{word}``" in PAGE


def test_the_defaults_on_the_page_are_those_of_the_shipped_file():
    assert f'``"{RULES.bucket_s // 60}m"`` if it is not given' in PAGE
    assert f'(``"{RULES.lateness}m"``, at most 7 days)' in PAGE
    assert f"({RULES.max_hops}; from 1 to 10)" in PAGE
    assert f"the link *hot* there ({RULES.hot})" in PAGE
    assert f"where there are several ({RULES.most_candidates})" in PAGE


def test_the_options_on_the_page_exist():
    flags = {option.flag for option in options_of(CorrelationOptions)}
    assert set(re.findall(r"--[a-z]+", re.sub(r"-{3,}", "", PAGE))) <= {*flags}


def sightings(**more):
    """Return what is remembered of the page's example, with `more` in the details of an event."""
    sighter, seen = Sighter(RULES), []
    for each in lines_after("The events, all of the host"):
        when = datetime.combine(DAY, time.fromisoformat(each["time"]), UTC)
        details = {**each["details"], **more.get(each["id"], {})}
        event = Event(each["id"], 0, when, {"hostname": "web1", "details": details}, "event")
        delivery = Delivery(Tag(0, 0), b"", PlainProperties(), when)
        seen.append(sighter.see(event, Document("events", each["id"], b""), delivery))
    return seen


def found(seen):
    """Return what correlation says of each event."""
    replica = Replica(RULES)
    for sighting in seen:
        replica.absorb(sighting)
    names = [str(where) for where in RULES.identity]
    return {each.id: told(resolve(replica, each), names) for each in seen}


def test_the_example_is_filled_as_the_page_says():
    listed = [
        {"event": name, **{key: entry[key] for key in entry if key != "seconds"}}
        for name, kinds in found(sightings()).items()
        for entry in kinds.get("filled", ())
    ]
    assert lines_after("What is filled in, over which link") == listed


def test_a_login_that_states_the_address_gives_it_to_the_whole_session_as_the_page_says():
    answers = found(sightings(e2={"sourceipaddress": "203.0.113.9"}))
    assert "details.sourceipaddress" in [entry["field"] for entry in answers["e4"]["filled"]]


def test_a_second_user_of_the_connection_leaves_candidates_as_the_page_says():
    first, login, third, last = sightings()
    second = changed(login, id="e5", at=login.at + 280_000, stated=(None, None, "ann"))
    (doubt,) = found([first, login, third, last, second])["e3"]["ambiguous"]
    assert doubt == {"field": "details.username", "candidates": ["ann", "joe"], "hops": 1}
