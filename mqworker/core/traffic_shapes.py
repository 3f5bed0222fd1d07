"""How each shipper writes what happened: the same names, forms and oddities as the real one's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from mqworker.core.traffic_scenes import Scene

SYSLOG_LEVELS: Final = {
    "CRITICAL": ("CRIT", 2),
    "ERROR": ("ERR", 3),
    "WARNING": ("WARNING", 4),
    "NOTICE": ("NOTICE", 5),
    "INFO": ("INFO", 6),
}
MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905

Shape = Callable[[Scene], bytes]


def compact(record: dict[str, Any]) -> bytes:
    """Write JSON without spaces, in UTF-8, as most shippers do."""
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()


def zulu(time: datetime) -> str:
    """Write a time with milliseconds and Z, as beaver and logstash do."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without_zone(time: datetime) -> str:
    """Write a time as nxlog does: the reader has to know the zone, here UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def without_year(time: datetime) -> str:
    """Write a time as syslog does (RFC 3164), in English and UTC."""
    time = time.astimezone(UTC)
    return f"{MONTHS[time.month - 1]} {time.day:2} {time:%H:%M:%S}"


def canonical(scene: Scene) -> dict[str, Any]:
    """Return the fields that MozDef's own clients send."""
    return {
        "timestamp": scene.time.isoformat(),
        "hostname": scene.hostname,
        "processname": scene.program,
        "processid": scene.pid,
        "severity": scene.severity,
        "summary": scene.summary,
        "category": scene.category,
        "tags": list(scene.tags),
        "details": scene.details,
    }


def native(scene: Scene, *, ascii_only: bool = True) -> bytes:
    """Write as MozDef's example for Python and kombu does."""
    return json.dumps(canonical(scene), ensure_ascii=ascii_only).encode()


def mozdef_client(scene: Scene) -> bytes:
    """Write as mozdef_client 1.1: sorted, indented, and `source` is always null."""
    return json.dumps({**canonical(scene), "source": None}, indent=4, sort_keys=True).encode()


def beaver_json(scene: Scene) -> bytes:
    """Write as beaver's format rawjson: the line's own fields, and an empty `message`."""
    record = {
        "category": scene.category,
        "tags": [*scene.tags, "app"],
        "@version": 1,
        "@timestamp": zulu(scene.time),
        "severity": scene.severity,
        "summary": scene.summary,
        "host": scene.hostname,
        "details": scene.details,
        "file": f"/var/log/{scene.program}/events.json",
        "message": "",
        "type": "app",
    }
    return json.dumps(record).encode()


def logstash_json(scene: Scene) -> bytes:
    """Write as logstash's RabbitMQ output does since version 8: nested names."""
    return compact(
        {
            "@timestamp": zulu(scene.time),
            "@version": "1",
            "message": scene.summary,
            "category": scene.category,
            "host": {"name": scene.hostname},
            "process": {"name": scene.program, "pid": scene.pid},
            "log": {"file": {"path": f"/var/log/{scene.program}.json"}, "level": scene.severity},
            "details": scene.details,
            "tags": list(scene.tags),
        }
    )


def heka_fields(scene: Scene) -> bytes:
    """Write as heka's MozDef encoder does: times in nanoseconds, severities as numbers."""
    return compact(
        {
            "Timestamp": int(scene.time.timestamp() * 1000) * 1_000_000,
            "Type": scene.category,
            "Logger": scene.program,
            "Severity": SYSLOG_LEVELS[scene.severity][1],
            "Payload": scene.summary,
            "Pid": scene.pid,
            "Hostname": scene.hostname,
            "Fields": scene.details,
        }
    )


def windows_logon(scene: Scene) -> bytes:
    """Write as nxlog reads Windows' log of security events."""
    details, success = scene.details, scene.details["success"] is True
    verb = "was successfully logged" if success else "failed to log"
    return compact(
        {
            "EventTime": without_zone(scene.time),
            "Hostname": "WIN1.example.com",
            "Keywords": -9214364837600034816 if success else -9218868437227405312,
            "EventType": "AUDIT_SUCCESS" if success else "AUDIT_FAILURE",
            "SeverityValue": 2 if success else 4,
            "Severity": "INFO" if success else "ERROR",
            "EventID": 4624 if success else 4625,
            "SourceName": "Microsoft-Windows-Security-Auditing",
            "Task": 12544,
            "ProcessID": scene.pid,
            "Channel": "Security",
            "Message": f"An account {verb} on.",
            "Category": "Logon",
            "TargetUserName": details["username"],
            "Domain": "EXAMPLE",
            "LogonType": "3",
            "IpAddress": details["sourceipaddress"],
            "IpPort": str(details["sourceport"]),
            "EventReceivedTime": without_zone(scene.time),
            "SourceModuleName": "in",
            "SourceModuleType": "im_msvistalog",
        }
    )


SHAPES: Final[tuple[Shape, ...]] = (native, mozdef_client, beaver_json, logstash_json, heka_fields)
"""For events of any type."""

SPECIAL_SHAPES: Final[dict[str, tuple[Shape, ...]]] = {"authentication": (windows_logon,)}
"""For events of one type, by its name."""


def syslog_ng(scene: Scene) -> bytes:
    """Write as syslog-ng 3.38's amqp() with $(format-json)."""
    return compact(
        {
            "TAGS": ".source.s_tcp",
            "SOURCEIP": "192.0.2.200",
            "SOURCE": "s_tcp",
            "PROGRAM": scene.program,
            "PRIORITY": SYSLOG_LEVELS[scene.severity][0].lower(),
            "PID": str(scene.pid),
            "MESSAGE": scene.summary,
            "LEGACY_MSGHDR": f"{scene.program}[{scene.pid}]: ",
            "HOST_FROM": "192.0.2.200",
            "HOST": scene.hostname,
            "FACILITY": scene.facility,
            "DATE": without_year(scene.time),
        }
    )


def rsyslog_template(scene: Scene) -> bytes:
    """Write as rsyslog with the list template that MozDef's manual shows."""
    record = {
        "timestamp": scene.time.isoformat(),
        "hostname": scene.hostname,
        "severity": SYSLOG_LEVELS[scene.severity][0],
        "facility": scene.facility,
        "processname": scene.program,
        "processid": str(scene.pid) if scene.pid > 1 else "-",
        "summary": " " + scene.summary,
        "category": "syslog",
    }
    return json.dumps(record, separators=(", ", ":")).encode() + b"\n"


def rsyslog_standard(scene: Scene) -> bytes:
    """Write as rsyslog's own JSON template does."""
    return compact(
        {
            "message": " " + scene.summary,
            "fromhost": scene.hostname,
            "facility": scene.facility,
            "priority": SYSLOG_LEVELS[scene.severity][0].lower(),
            "timereported": scene.time.isoformat(),
            "timegenerated": scene.time.isoformat(),
        }
    )


def nxlog_syslog(scene: Scene) -> bytes:
    """Write as nxlog with im_file, parse_syslog() and to_json()."""
    name, level = SYSLOG_LEVELS[scene.severity]
    return compact(
        {
            "EventReceivedTime": without_zone(scene.time),
            "SourceModuleName": "in",
            "SourceModuleType": "im_file",
            "SyslogFacility": scene.facility.upper(),
            "SyslogSeverityValue": level,
            "SyslogSeverity": name,
            "SeverityValue": 2,
            "Severity": "INFO",
            "Hostname": scene.hostname,
            "EventTime": without_zone(scene.time),
            "SourceName": scene.program,
            "ProcessID": str(scene.pid),
            "Message": scene.summary,
        }
    )


def beaver_line(scene: Scene) -> bytes:
    """Write as beaver does for a file of lines."""
    time = without_year(scene.time)
    record = {
        "tags": ["syslog"],
        "@version": 1,
        "@timestamp": zulu(scene.time),
        "host": scene.hostname,
        "file": "/var/log/syslog",
        "message": f"{time} {scene.hostname} {scene.program}[{scene.pid}]: {scene.summary}",
        "type": "syslog",
    }
    return json.dumps(record).encode()


LINE_SHAPES: Final[tuple[Shape, ...]] = (
    syslog_ng,
    rsyslog_template,
    rsyslog_standard,
    nxlog_syslog,
    beaver_line,
)
"""For lines of syslog."""
