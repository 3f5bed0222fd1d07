import logging
import sys

import pytest

from mqworker.client.event import Program, event_of, event_of_record

PROGRAM = Program("web1", "shop", "event", ("prod",))


def record(level=logging.INFO, message="hello %s", args=("joe",), exc_info=None, **extra):
    logger = logging.getLogger("shop.cart")
    made = logger.makeRecord("shop.cart", level, __file__, 1, message, args, exc_info, extra=extra)
    made.created = 1_795_000_000.5
    return made


def failed(depth=0):
    try:
        return failed(depth - 1) if depth else int("abc")
    except ValueError:
        return sys.exc_info()


def deep(count):
    if count:
        deep(count - 1)
    raise ValueError("x" * 5000)


def test_a_record_gives_what_every_event_has():
    expected = {
        "timestamp": "2026-11-18T11:06:40.500000+00:00",
        "hostname": "web1",
        "processname": "shop",
        "processid": "17",
        "severity": "INFO",
        "category": "event",
        "summary": "hello joe",
        "eventsource": "shop.cart",
        "tags": ["prod"],
        "details": {},
    }
    assert expected == event_of_record(record(), PROGRAM, 17)


def test_extra_names_fields_of_the_event_and_anything_else_is_a_detail():
    made = record(
        category="authentication", tags=["vpn"], details={"username": "joe"}, sessionid="9f2c"
    )
    event = event_of_record(made, PROGRAM, 17)
    assert ("authentication", ["prod", "vpn"]) == (event["category"], event["tags"])
    assert {"username": "joe", "sessionid": "9f2c"} == event["details"]


def test_details_that_are_no_mapping_are_kept():
    assert {"details": 17} == event_of_record(record(details=17), PROGRAM, 1)["details"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [(5, "DEBUG"), (10, "DEBUG"), (20, "INFO"), (25, "INFO"), (40, "ERROR"), (99, "CRITICAL")],
)
def test_a_level_becomes_a_severity_that_the_schemas_know(level, expected):
    event = event_of_record(record(level), PROGRAM, 1)
    own = {} if level in (10, 20, 40) else {"levelname": f"Level {level}"}
    assert (expected, own) == (event["severity"], event["details"])


def test_an_exception_makes_an_application_exception():
    event = event_of_record(record(exc_info=failed()), PROGRAM, 1)
    assert "application exception" == event["category"]
    said = "ValueError: invalid literal for int() with base 10: 'abc'"
    assert said == event["details"]["exception"]
    assert 'int("abc")' in event["details"]["stacktrace"]


def test_a_deep_stack_trace_is_cut_to_what_the_schema_allows():
    try:
        deep(50)
    except ValueError:
        details = event_of_record(record(exc_info=sys.exc_info()), PROGRAM, 1)["details"]
    assert details["stacktrace"].count("\n") < 10
    assert len(details["stacktrace"]) <= 1024
    assert len(details["exception"]) <= 2048
    assert details["stacktrace"].endswith('raise ValueError("x" * 5000)')


def test_a_long_message_is_cut_with_a_mark():
    event = event_of_record(record(message="line\n" * 100, args=()), PROGRAM, 1)
    assert (20, True) == (event["summary"].count("line"), event["summary"].endswith("…"))


def test_an_event_keeps_what_it_states():
    given = {"summary": "hello", "hostname": "db1", "severity": "ERROR", "tags": "one"}
    event = event_of(given, PROGRAM, 17, 1_795_000_000.5)
    assert {
        "timestamp": "2026-11-18T11:06:40.500000+00:00",
        "hostname": "db1",
        "processname": "shop",
        "processid": "17",
        "severity": "ERROR",
        "category": "event",
        "summary": "hello",
        "tags": ["prod", "one"],
    } == event


@pytest.mark.parametrize("name", ["utctimestamp", "eventtime", "@timestamp"])
def test_a_time_of_another_name_gets_no_second_one(name):
    event = event_of({name: "2026-01-02T03:04:05Z"}, PROGRAM, 17, 0.0)
    assert "timestamp" not in event
