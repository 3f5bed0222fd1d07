"""Shippers as programs of this machine, run in the foreground with configuration of their own.

`tests/services/install-shippers` puts them where they are looked for.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.services.lifecycle import ServiceMissing
from tests.services.program import Program

HOW_TO_GET = "run tests/services/install-shippers"


def home(name: str) -> Path:
    """Return where a shipper is.

    Raises:
        ServiceMissing: it is not there.
    """
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path("/var/cache") if os.getuid() == 0 else user
    found = cache / "mqworker-tests" / "shippers" / name
    if not found.exists():
        raise ServiceMissing(f"{name} is missing: {HOW_TO_GET}")
    return found


def libraries(root: Path) -> str:
    """Return the value of LD_LIBRARY_PATH for an unpacked package."""
    below = ["usr/lib/*-linux-gnu*", "lib/*-linux-gnu*", "usr/lib/syslog-ng"]
    return ":".join(str(path) for pattern in below for path in root.glob(pattern))


def rsyslog(directory: Path, configuration: str) -> Program:
    """Return rsyslogd with this configuration, not started; its state is in the directory."""
    root = home("rsyslog")
    (modules,) = (root / "usr" / "lib").glob("*/rsyslog")
    file = directory / "rsyslog.conf"
    file.write_text(configuration)
    argv = [str(root / "usr" / "sbin" / "rsyslogd"), "-n", "-f", str(file)]
    argv += ["-i", str(directory / "rsyslog.pid"), "-M", f"{modules}/"]
    return Program(argv, {"LD_LIBRARY_PATH": libraries(root)}, directory)


def syslog_ng(directory: Path, configuration: str) -> Program:
    """Return syslog-ng with this configuration, not started; its state is in the directory."""
    root = home("syslog-ng")
    (modules,) = (root / "usr" / "lib" / "syslog-ng").glob("[0-9]*")
    file = directory / "syslog-ng.conf"
    file.write_text(configuration)
    argv = [str(root / "usr" / "sbin" / "syslog-ng"), "--foreground", "--no-caps"]
    argv += [f"--cfgfile={file}", f"--module-path={modules}"]
    for option in ("persist-file", "pidfile", "control"):
        argv.append(f"--{option}={directory / option}")
    return Program(argv, {"LD_LIBRARY_PATH": libraries(root)}, directory)


def mozdef_client_python() -> str:
    """Return a Python that has mozdef_client."""
    return str(home("mozdef-client") / "bin" / "python")


def version_of(program: Program, flag: str) -> str:
    """Return the first line of what a program says of its version."""
    argv = [program.argv[0], flag]
    done = subprocess.run(argv, env=program.env, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0]
