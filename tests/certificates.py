"""Certificates for the tests, made by the openssl command."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

DAYS = ["-days", "2"]
NEW_KEY = ["-newkey", "rsa:2048", "-nodes"]


@dataclass(frozen=True)
class Issued:
    """A certificate and its key, PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority of its own, in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.root = Issued(directory / "ca.pem", directory / "ca.key")
        self.openssl("req", "-x509", *NEW_KEY, *DAYS, "-subj", "/CN=Test CA", *to(self.root))

    def issue(self, common_name: str, alternative_names: str = "") -> Issued:
        """Make a certificate; alternative names as openssl writes them: "DNS:a,IP:127.0.0.1"."""
        made = Issued(self.directory / f"{common_name}.pem", self.directory / f"{common_name}.key")
        names = ["-addext", f"subjectAltName={alternative_names}"] if alternative_names else []
        authority = ["-CA", str(self.root.certificate), "-CAkey", str(self.root.key)]
        subject = ["-subj", f"/CN={common_name}"]
        self.openssl("req", "-x509", *NEW_KEY, *DAYS, *subject, *names, *authority, *to(made))
        return made

    def openssl(self, *args: str) -> None:
        subprocess.run(["openssl", *args], check=True, capture_output=True)


def to(made: Issued) -> list[str]:
    return ["-keyout", str(made.key), "-out", str(made.certificate)]
