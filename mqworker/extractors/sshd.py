"""OpenSSH's server: sshd, and the sshd-session and sshd-auth of releases from 9.8 and 10.0.

The forms are those of releases 6 to 10. A client chooses its user name, its version string, the
names of its algorithms and why it disconnects; none of these may pass for an address or for
another's name. So a user name ends at the last address of a line, a reason begins after the first,
and a line that has text of the client on both sides of its address states it only when no second
place looks like one.

The listener's lines name strangers to each other under one process ID: they state nothing that
events are correlated by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.extractors.find_ip import find_ip
from mqworker.extractors.forms import FROM, FROM_OLD, IP, Form, form, message, place, read
from mqworker.extractors.sshd_authentication import authentication

# The monitor of releases up to 10 leaves out the space after "authenticating".
_USER = r"(?:authenticating ?|invalid )?user (?P<username>.*) "
_ANYBODY = rf"(?:{_USER})?"
_ONE_ADDRESS = rf"(?<= ){IP} port [0-9]{{1,5}}(?=: )"
_LISTENER = rf"(?P<clientipaddress>{IP})"

_FAULT = (form(rf"[a-z_ ]{{1,40}}: Connection from {_ANYBODY}{FROM}: .*", only=_ONE_ADDRESS),)

FORMS: Final[dict[str, tuple[Form, ...]]] = {
    "Connection": (
        form(rf"Connection (?:closed|reset) by {_USER}{FROM}"),
        form(rf"Connection (?:closed|reset) by {FROM_OLD}"),
        form(
            rf"Connection from {FROM} on (?P<destinationipaddress>{IP})"
            r" port (?P<destinationport>[0-9]{1,5})"
            r"(?: rdomain \"(?P<rdomain>[^\"]*)\")?"
        ),
        form(rf"Connection from {FROM}"),
        form(rf"Connection from {_ANYBODY}{FROM} timed out"),
        form(rf"Connection from {FROM} with IP opts: .*"),
        form(rf"Connection from {_ANYBODY}{FROM}: .*", only=_ONE_ADDRESS),
    ),
    "Disconnected": (
        form(rf"Disconnected from {_USER}{FROM}"),
        form(rf"Disconnected from {FROM_OLD}"),
    ),
    "Disconnecting": (form(rf"Disconnecting {_ANYBODY}{FROM}: .*", only=_ONE_ADDRESS),),
    "Disconnecting:": (
        form(
            r"Disconnecting: Too many authentication failures"
            r"(?: for (?:invalid user )?(?P<username>.*))?"
        ),
    ),
    "Received": (
        form(rf"Received disconnect from {FROM}:[0-9]{{1,10}}:.*"),
        form(rf"Received disconnect from (?P<sourceipaddress>{IP}): [0-9]{{1,10}}:.*"),
    ),
    "Invalid": (form(rf"Invalid user (?P<username>.*) from {FROM_OLD}"),),
    "input_userauth_request:": (form(r"input_userauth_request: invalid user (?P<username>.*)"),),
    "maximum": (
        form(
            r"maximum authentication attempts exceeded for (?:invalid user )?(?P<username>.*)"
            rf" from {FROM} ssh2"
        ),
    ),
    "Starting": (
        form(
            r"Starting session: (?P<sessiontype>shell|command|subsystem '[^']*'"
            r"|forced-command \([a-z-]+\) '.*')(?: on (?P<device>\S+))?"
            rf" for (?P<username>[^']+) from {FROM}(?: id [0-9]{{1,10}})?"
        ),
    ),
    "Close": (form(rf"Close session: user (?P<username>.+) from {FROM} id [0-9]{{1,10}}"),),
    "Closing": (form(rf"Closing connection to {FROM_OLD}"),),
    "User": (
        form(r"User child is on pid (?P<childprocessid>[0-9]{1,10})"),
        form(r"User (?P<username>.+) from (?P<peer>\S+) not allowed because .*"),
        form(r"User (?P<username>\S+) not allowed because .*"),
        form(r"User (?P<username>\S+) password has expired .*"),
    ),
    "PAM:": (
        form(r"PAM: [\w' ,.-]{1,100}? for (?:illegal user )?(?P<username>.*) from (?P<peer>\S+)"),
    ),
    "Authentication": (
        form(
            r"Authentication tried for (?P<username>\S+) with (?:correct key|valid certificate)"
            r" but not from a permitted host"
            rf" \((?:host=[^,\s]*, )?ip=(?P<sourceipaddress>{IP})(?:, required=.*)?\)\.?"
        ),
    ),
    "subsystem": (
        form(
            r"subsystem request for .* by user (?P<username>\S+)(?: failed, subsystem not found)?"
        ),
    ),
    "session": (
        form(
            r"session (?:opened|closed) for local user (?P<username>.+)"
            rf" from \[(?P<sourceipaddress>{IP})\]"
        ),
    ),
    "ROOT": (form(rf"ROOT LOGIN REFUSED FROM {FROM_OLD}", username="root"),),
    "Did": (form(rf"Did not receive identification string from {FROM_OLD}"),),
    "Bad": (form(rf"Bad protocol version identification '.*' from {FROM_OLD}"),),
    "Protocol": (form(rf"Protocol major versions differ for {FROM_OLD}: .*"),),
    "probed": (form(rf"probed from {FROM_OLD} with .*"),),
    "scanned": (form(rf"scanned from {FROM_OLD} with .*"),),
    "Could": (form(rf"Could not write ident string to {FROM_OLD}"),),
    "Unable": (
        form(rf"Unable to negotiate with {_ANYBODY}{FROM}: .*", only=_ONE_ADDRESS),
        form(rf"Unable to negotiate with (?P<sourceipaddress>{IP}): .*"),
    ),
    "Timeout": (
        form(rf"Timeout before authentication for {FROM_OLD}"),
        form(rf"Timeout before authentication for connection from {_LISTENER} to \S+, pid = .*"),
    ),
    "Timeout,": (
        form(rf"Timeout, client not responding from {_USER}{FROM}"),
        form(rf"Timeout, client not responding from {FROM_OLD}"),
    ),
    "Address": (
        form(
            rf"Address (?P<sourceipaddress>{IP}) maps to \S+,"
            r" but this does not map back to the address.*"
        ),
    ),
    "reverse": (
        form(
            r"reverse mapping checking getaddrinfo for \S*"
            rf" \[(?P<sourceipaddress>{IP})\] failed.*"
        ),
    ),
    "Nasty": (form(rf"Nasty PTR record \".*\" is set up for (?P<sourceipaddress>{IP}), ignoring"),),
    "refused": (form(rf"refused connect from \S+ \((?P<sourceipaddress>{IP})\)"),),
    "banner": _FAULT,
    "ssh_dispatch_run_fatal:": _FAULT,
    "drop": (
        form(rf"drop connection #[0-9]+ from \[{_LISTENER}\]:(?P<clientport>[0-9]{{1,5}}) on .*"),
    ),
    "srclimit_penalise:": (),
    "Server": (),
    "userauth_hostbased": (),
    "userauth_pubkey:": (),
    "kex_exchange_identification:": (),
}
"""Forms by the first word of the message."""

_READERS: Final[dict[str, Callable[[str], dict[str, Any]]]] = dict.fromkeys(
    ("Accepted", "Failed", "Postponed", "Partial"), authentication
)
_LEVELS = ("error: ", "fatal: ")
_PROCESSES = (" [preauth]", " [postauth]")


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a line of sshd states."""
    text = message(event)
    if text.startswith(_LEVELS):
        text = text[len(_LEVELS[0]) :]
    if text.endswith(_PROCESSES):
        text = text[: text.rindex(" ")]
    first = text[: text.find(" ")]
    reader = _READERS.get(first)
    if reader is not None:
        return reader(text)
    forms = FORMS.get(first)
    if forms is None:
        return {} if text.startswith("pam_") else find_ip(text)
    facts = read(forms, text) or {}
    return place(facts, facts.pop("peer")) if "peer" in facts else facts


EXTRACTOR: Final = Extractor("sshd", extract, programs=("sshd", "sshd-session", "sshd-auth"))
