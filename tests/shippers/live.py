"""Real programs, configured as in the examples but for ports and places."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.daemons import await_condition
from tests.services.program import Program, free_port
from tests.services.shippers import mozdef_client_python, rsyslog, syslog_ng
from tests.shippers.expected import FAILED

EXAMPLES = Path(__file__).parents[2] / "examples"
START_S = 20.0
LINES = [
    f"<38>Nov 23 05:48:44 web1 sshd[1234]: {FAILED}",
    "<86>Nov 23 05:48:45 web1 sudo[77]: second line",
]
RSYSLOG = """
global(workDirectory="{directory}" maxMessageSize="64k")
module(load="imtcp")
input(type="imtcp" port="{port}" address="127.0.0.1")
"""
SYSLOG_NG = """@version: 3.38
options {{ keep-hostname(yes); }};
source s_tcp {{ network(ip("127.0.0.1") port({port}) transport("tcp")); }};
{example}
log {{ source(s_tcp); destination(d_mqworker); }};
"""
IN_JSON = """
import runpy, sys, urllib.request
from google.protobuf.json_format import MessageToJson
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.http import _log_exporter
from opentelemetry.sdk._logs.export import LogRecordExportResult

class JsonExporter:
    def __init__(self, endpoint, **_):
        self.endpoint = endpoint

    def export(self, batch):
        body = MessageToJson(encode_logs(batch), use_integers_for_enums=True).encode()
        kind = {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(self.endpoint, body, kind)).close()
        return LogRecordExportResult.SUCCESS

    def shutdown(self):
        pass

_log_exporter.OTLPLogExporter = JsonExporter
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@contextmanager
def rsyslogd(directory: Path, intake: int) -> Iterator[int]:
    """Run rsyslogd, sending to an intake at a port; yield the port on which it takes lines."""
    port = free_port()
    example = (EXAMPLES / "rsyslog" / "omelasticsearch.conf").read_text()
    example = example.replace('"8080"', f'"{intake}"')
    example = example.replace('resumeInterval="5"', 'resumeInterval="1"')
    head = RSYSLOG.format(directory=directory, port=port)
    with running(rsyslog(directory, head + example), port):
        yield port


@contextmanager
def syslog_ngd(directory: Path, intake: int, broker_url: str, example: str) -> Iterator[int]:
    """Run syslog-ng, sending to an intake at a port or to a broker; yield its own port."""
    port = free_port()
    text = (EXAMPLES / "syslog-ng" / example).read_text()
    broker = urlsplit(broker_url)
    text = text.replace(":8080/", f":{intake}/").replace("(5672)", f"({broker.port})")
    text = text.replace('vhost("/")', f'vhost("{broker.path[1:]}")')
    text = text.replace("time-reopen(5)", "time-reopen(1)")
    text = text.replace("reliable(yes)", f'reliable(yes) dir("{directory}")')
    with running(syslog_ng(directory, SYSLOG_NG.format(port=port, example=text)), port):
        yield port


@contextmanager
def running(program: Program, port: int) -> Iterator[None]:
    """Run a program, once it listens on a port."""
    program.start()
    try:
        await_condition(lambda: listens(port), START_S, program.log)
        yield
    finally:
        program.stop()


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def say(port: int, lines: list[str]) -> None:
    """Send lines to a syslog daemon."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall("".join(f"{line}\n" for line in lines).encode())


def run(argv: list[str]) -> None:
    """Run a program to its end."""
    subprocess.run(argv, check=True, timeout=60, stdin=subprocess.DEVNULL)


def mozdef_client(url: str) -> None:
    """Send by MozDef's own client."""
    program = str(EXAMPLES / "native-python" / "send_with_mozdef_client.py")
    run([mozdef_client_python(), program, url])


def opentelemetry(url: str) -> None:
    """Send by OpenTelemetry's SDK."""
    program = str(EXAMPLES / "opentelemetry" / "send_with_sdk.py")
    run([sys.executable, program, url])


def opentelemetry_json(url: str) -> None:
    """Send by OpenTelemetry's SDK, in OTLP's JSON, which exporters of other languages send."""
    run([sys.executable, "-c", IN_JSON, str(EXAMPLES / "opentelemetry" / "send_with_sdk.py"), url])


def mqworker_client(url: str, spool: Path) -> None:
    """Send by mqworker's own client."""
    program = str(EXAMPLES / "native-python" / "log_with_mqworker.py")
    run([sys.executable, program, url, str(spool)])
