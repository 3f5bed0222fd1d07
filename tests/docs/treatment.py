"""What is done with each command line of the documentation: it is run, or there is a reason."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.docs.lines import Line


class Run(NamedTuple):
    """It is run, and ends well.

    shows: what it must print in the end, as a regular expression; until then it is repeated, since
        documents become visible a second after they are stored.
    """

    shows: str = ""


class Serve(NamedTuple):
    """It is started, says these words when it is ready, and ends well when it is told to."""

    ready: str


class Left(NamedTuple):
    """It is only judged by what it says (`tests.docs.grammar`), because of this reason.

    shows: what it prints where it is run after all.
    """

    reason: str
    shows: str = ""


Treatment = Run | Serve | Left

CONSUMES = Serve("role=consume")
TAKES = Serve("listening on")
WALK = Left("tests/walk runs it, in a Debian of its own")
UNITS = Left("it is for the system's own systemd; tests/integration/test_units.py tries the units")
PIP = Left("it fetches from a registry; tests/packages/test_wheel.py installs, tests/walk too")
ENGINE = Left("it needs an engine; tests/packages/test_image_built.py follows the Dockerfile")
AWS = Left("it needs AWS; tests/integration/test_cloudtrail.py runs it against an emulation")

TREATMENTS: dict[str, dict[str, Treatment]] = {
    "README.rst": {
        "python3 -m venv .venv && .venv/bin/pip install '.[intake]'": WALK,
        ".venv/bin/mqworker demo": Run("mallory logged in"),
        'export PATH="$PWD/.venv/bin:$PATH"': Run(),
        "export MQWORKER_BROKER=": Run(),
        "export MQWORKER_SINK=": Run(),
        "mqworker setup": Run(),
        "mqworker check": Run("✓ sink"),
        "mqworker run": CONSUMES,
        "mqworker intake": TAKES,
        "curl http://127.0.0.1:8080/events -d": Run('"accepted":1'),
        "mqworker search joe": Run("joe logged in"),
        "mqworker trace 203.0.113.9": Run("joe logged in"),
        "cp examples/rsyslog/omelasticsearch.conf": WALK,
        "systemctl restart rsyslog": WALK,
        "logger -t shop": WALK,
        "mqworker search cellar": Left(WALK.reason, "the cellar is flooded"),
        "systemctl enable --now mqworker@eventtask": UNITS,
    },
    "docs/brokers.rst": {
        "rabbitmqctl set_policy": Run(),
        "rabbitmqctl add_vhost": Run(),
        "pip install '.[sqs]'": PIP,
        "mqworker run --broker 'sqs://": AWS,
    },
    "docs/client.rst": {"curl --fail": Run('"errors":false')},
    "docs/cloudtrail.rst": {"pip install": PIP, "mqworker cloudtrail": AWS},
    "docs/console.rst": {
        "pip install": PIP,
        "mqworker console": Serve("token="),
        "curl -H": Left("tests/integration/test_console_http.py asks for the same, with a token"),
    },
    "docs/dead-letters.rst": {
        "mqworker deadletter list": Run("decode"),
        "mqworker deadletter show": Run("not an object"),
        "mqworker deadletter replay --dry-run": Run("not an object"),
        "mqworker deadletter replay --passing": Run(),
        "mqworker deadletter replay --edit --stage decode": Run(),
        "mqworker deadletter purge --until 2026-01-01": Run("0 letters"),
        "mqworker deadletter policy": Run(),
    },
    "docs/indices.rst": {
        "mqworker indices list": Run(r"events-\d{8}"),
        "mqworker indices prune --keep 90 --yes": Run(),
        "mqworker indices prune --keep 90": Run(),
    },
    "docs/intake.rst": {
        "pip install": PIP,
        "mqworker intake --listen": TAKES,
        "curl -d": Run(),
    },
    "docs/migration.rst": {"mqworker config migrate": Run()},
    "docs/reliability.rst": {
        "make campaign": Left("it takes minutes; tests/campaign runs short ones"),
    },
    "docs/operations.rst": {
        "python3 -m venv /opt/mqworker": PIP,
        "ln -s /opt/mqworker/bin/mqworker /usr/local/bin/": Left("it is for the whole machine"),
        "cp ": Run(),
        "journalctl ": Left("tests/integration/test_journal.py reads what a journal gets"),
        "systemd-sysusers": Left("it makes a user of the machine; its files are looked at"),
        "systemctl daemon-reload": UNITS,
        "mqworker check --queue eventtask": Run("✓ sink"),
        "systemctl enable --now mqworker@eventtask": UNITS,
    },
    "docs/packages.rst": {
        "python3 -m venv /opt/mqworker": PIP,
        "/opt/mqworker/bin/pip install": Left(
            "it fetches from a registry; tests/packages/test_lock.py does the same elsewhere"
        ),
        "MQWORKER_COMPILE=1 /opt/mqworker/bin/pip install": PIP,
        "ln -s /opt/mqworker/bin/mqworker /usr/local/bin/": Left("it is for the whole machine"),
        "apt-get build-dep": Left("it is for the whole machine"),
        "make deb": Left("tests/packages/test_deb.py runs it"),
        "apt-get install": Left("tests/packages/test_deb_installed.py runs it"),
        "python3 -m pip install --no-deps --target": PIP,
        "docker ": ENGINE,
        "cd examples/docker": Run(),
        "./make-secrets": Left("tests/packages/test_image.py runs it, in a copy"),
        "mqworker completion": Left("tests/packages/test_completion.py runs it, in each shell"),
    },
    "docs/privacy.rst": {"mqworker search": Run(), "mqworker explain": Run("hmac:")},
    "docs/sight.rst": {
        "mqworker tap ": Left("tests/integration/test_sight.py watches events go by"),
        "sudo -u mqworker mqworker top": Left("tests/integration/test_top.py, on a terminal"),
    },
    "docs/trace.rst": {"mqworker trace VALUE": Run()},
    "docs/tracing.rst": {"pip install": PIP, "OTEL_EXPORTER_OTLP_ENDPOINT=": CONSUMES},
    "examples/cloudtrail/README.rst": {
        "aws ": Left(
            "it needs AWS; tests/integration/test_cloudtrail_example.py reads the template"
        ),
        "pip install": PIP,
        "mqworker cloudtrail": AWS,
    },
    "examples/docker/README.rst": {
        "./make-secrets": Left("tests/packages/test_image.py runs it, in a copy"),
        "docker ": ENGINE,
        "curl --header": ENGINE,
    },
    "examples/native-python/README.rst": {
        "python ": Run(),
        "pip install": Left("it fetches from a registry; both are installed with the tests"),
    },
}
"""By page and by what a line begins with; of several that fit the longest counts."""


def treatment_of(line: Line) -> Treatment | None:
    """Return what is done with a command line, None when nobody has said it."""
    begun = [each for each in TREATMENTS.get(line.page, {}) if plain(line.text).startswith(each)]
    return TREATMENTS[line.page][max(begun, key=len)] if begun else None


def plain(text: str) -> str:
    """Return a command line on one line."""
    return re.sub(r"\s*\\?\n\s*", " ", text)
