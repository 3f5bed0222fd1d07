"""What is sent once more for each shipper, and what has to come out of Elasticsearch for it."""

from __future__ import annotations

from typing import NamedTuple

from tests.shippers.captures import Sent, captured
from tests.shippers.expected import (
    AT_44,
    BEAVER,
    FAILED,
    FLUENT_BIT,
    HEADED,
    HEKA,
    JOE,
    LOGSTASH,
    PLAIN_SYSLOG_NG,
    READ_IN_TEXT,
    RSYSLOG,
    SYSLOG,
    SYSLOG_NG,
    VECTOR,
    Fields,
    sshd,
)


class Case(NamedTuple):
    """A way in which a shipper sends.

    shipper, tried, way: for the table: who, how its bytes were made, and where they go.
    file, places: the captures that are sent, and which of them; all if none is named.
    expected: a part of each document, in the order of their summaries.
    path: in place of the captured one, which was another for each way.
    """

    shipper: str
    tried: str
    way: str
    file: str
    places: tuple[int, ...]
    expected: tuple[Fields, ...]
    path: str = ""

    @property
    def unique(self) -> bool:
        """Whether each event has an identity that a repetition has too.

        Heka sends a UUID; what comes by AMQP without a message_id is known by its body.
        """
        return self.shipper == "heka" or self.way == "AMQP"

    @property
    def entries(self) -> list[Sent]:
        found = captured(self.file)
        return [found[place] for place in self.places] if self.places else found


SOURCE = "its source"
EVENTS, BULK, AMQP = "POST /events", "POST /_bulk", "AMQP"
BEAVER_PROGRAM = "beaver 36.3.1"
FLUENT, RSYSLOGD, NG = "fluent-bit 5.1.1", "rsyslogd 8.2302", "syslog-ng 3.38"
MOZDEF = "mozdef-client 1.1"

CASES = (
    Case("beaver", BEAVER_PROGRAM, EVENTS, "beaver/capture-http.json", (), BEAVER),
    Case("beaver", BEAVER_PROGRAM, AMQP, "beaver/capture-rabbitmq.json", (), BEAVER),
    Case(
        "filebeat",
        "filebeat 7.17.9",
        f"handshake, {BULK}",
        "filebeat/capture-default.json",
        (),
        (
            {"summary": HEADED, "details": READ_IN_TEXT | {"category": "authentication"}},
            JOE | {"details": {"username": "joe"}},
            {"summary": "second line naïve ☃", "tags": ["auth"]},
        ),
    ),
    Case(
        "fluent-bit",
        FLUENT,
        f"{EVENTS}, array",
        "fluent-bit/capture-http.json",
        (0, 2),
        FLUENT_BIT,
    ),
    Case(
        "fluent-bit",
        FLUENT,
        f"{EVENTS}, lines, gzip",
        "fluent-bit/capture-http.json",
        (1, 3),
        FLUENT_BIT,
        "/events",
    ),
    Case("fluent-bit", FLUENT, BULK, "fluent-bit/capture-es-bulk.json", (0, 2), FLUENT_BIT),
    Case(
        "heka",
        "heka 0.10.0's encoder",
        f"{BULK}, ESJsonEncoder",
        "heka/capture.json",
        (0,),
        tuple(
            HEKA
            | {
                "summary": f'{FAILED.replace(".9", f".{last}")} naïve "q"',
                "category": "syslog",
                "processname": "sshd",
            }
            for last in (0, 1)
        ),
    ),
    Case(
        "heka",
        "heka 0.10.0's encoder",
        f"{BULK}, ESLogstashV0",
        "heka/capture.json",
        (1,),
        tuple(HEKA | {"category": "message", "eventsource": "heka"} for _ in (0, 1)),
    ),
    Case(
        "kombu",
        "kombu 5.7.0",
        AMQP,
        "kombu-native/capture.json",
        (),
        (
            {
                "summary": "just a test, only a test",
                "processid": "30609",
                "details": {"sourceipaddress": "1.2.3.4"},
            },
        ),
    ),
    Case(
        "logstash",
        SOURCE,
        f"{EVENTS}, json",
        "logstash/capture-reconstructed.json",
        (0,),
        (LOGSTASH,),
    ),
    Case(
        "logstash",
        SOURCE,
        f"{EVENTS}, json_batch",
        "logstash/capture-reconstructed.json",
        (2,),
        (LOGSTASH | {"summary": "Failed password ..."}, LOGSTASH),
    ),
    Case("logstash", SOURCE, AMQP, "logstash/capture-reconstructed.json", (5,), (LOGSTASH,)),
    Case(
        "logstash",
        SOURCE,
        f"{BULK}, gzip",
        "logstash/capture-reconstructed.json",
        (7,),
        (LOGSTASH | {"summary": "Failed password ..."}, LOGSTASH),
    ),
    Case(
        "mozdef_lib",
        "mozdef_lib 0057e31",
        EVENTS,
        "mozdef_lib/capture.json",
        (0,),
        (
            {
                "summary": "User logged in",
                "severity": "CRITICAL",
                "category": "authentication",
                "details": {"username": "kang"},
            },
        ),
    ),
    Case(
        "mozdef_client",
        MOZDEF,
        EVENTS,
        "native/capture.json",
        (0, 1),
        (
            {
                "summary": "Login invalid for joe (naïve ☃)",
                "severity": "WARNING",
                "source": None,
                "processid": "28814",
                "details": {"username": "joe", "success": False, "sourceipaddress": "203.0.113.9"},
            },
            {"summary": "knock knock", "tags": ["bro"], "details": {"uid": 0}},
        ),
    ),
    Case(
        "nxlog",
        SOURCE,
        "POST /nxlog, syslog",
        "nxlog/capture-reconstructed.json",
        (0,),
        (sshd(hostname="web1", severity="INFO", facility="AUTHPRIV", utctimestamp=AT_44),),
    ),
    Case(
        "nxlog",
        SOURCE,
        f"{EVENTS}, Windows",
        "nxlog/capture-reconstructed.json",
        (1,),
        (
            {
                "category": "Logon",
                "hostname": "WIN1.example.com",
                "processname": "Microsoft-Windows-Security-Auditing",
                "severity": "ERROR",
                "details": {"eventid": 4625, "keywords": -9218868437227405312},
            },
        ),
    ),
    Case(
        "rsyslog", RSYSLOGD, f"{EVENTS}, omhttp", "rsyslog/capture-omhttp.json", (0, 1, 2), RSYSLOG
    ),
    Case(
        "rsyslog",
        RSYSLOGD,
        f"{EVENTS}, omhttp, StdJSONFmt",
        "rsyslog/capture-omhttp.json",
        (3, 4, 5),
        SYSLOG,
        "/events",
    ),
    *(
        Case(
            "rsyslog",
            RSYSLOGD,
            f"{EVENTS}, omhttp, {form}",
            "rsyslog/capture-omhttp.json",
            (place,),
            RSYSLOG,
            "/events",
        )
        for place, form in ((6, "newline"), (7, "jsonarray, gzip"), (8, "kafkarest"))
    ),
    Case(
        "rsyslog",
        RSYSLOGD,
        f"{BULK}, omelasticsearch",
        "rsyslog/capture-omelasticsearch.json",
        (0,),
        RSYSLOG,
    ),
    Case(
        "rsyslog",
        RSYSLOGD,
        "POST /<index>/<type>, omelasticsearch",
        "rsyslog/capture-omelasticsearch.json",
        (2, 3, 4),
        RSYSLOG,
    ),
    Case("syslog-ng", NG, f"{EVENTS}, json", "syslog-ng/capture-http.json", (0, 2, 4), SYSLOG_NG),
    Case(
        "syslog-ng",
        NG,
        "PUT /events, no header",
        "syslog-ng/capture-http.json",
        (1, 3, 5),
        SYSLOG_NG,
        "/events",
    ),
    *(
        Case(
            "syslog-ng",
            NG,
            f"{EVENTS}, {form}",
            "syslog-ng/capture-http.json",
            (place,),
            PLAIN_SYSLOG_NG,
            "/events",
        )
        for place, form in ((6, "lines"), (7, "array"))
    ),
    Case("syslog-ng", NG, BULK, "syslog-ng/capture-es-bulk.json", (), SYSLOG_NG),
    Case("syslog-ng", NG, AMQP, "syslog-ng/capture-amqp.json", (), SYSLOG_NG),
    *(
        Case("vector", "its documentation", way, "vector/capture-reconstructed.json", places, found)
        for way, places, found in (
            (f"{EVENTS}, array", (0,), ({"summary": FAILED, "hostname": "web1"}, VECTOR[1])),
            (f"{EVENTS}, lines, gzip", (1,), VECTOR),
            (f"handshake, {BULK}", (2, 3), VECTOR),
        )
    ),
)
