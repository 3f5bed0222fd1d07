"""LDAP: the person in `details.actor`, as in "mail=joe@example.com,o=com,dc=example"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.core.statement import Statement
from mqworker.core.synonyms import UNKNOWN

_WORDS: Final = ("ldap", "ldap-humanizer")
_LONGEST = 1024


def extract(event: Mapping[str, Any]) -> Statement:
    """Return the person that an event of LDAP is about."""
    if not _is_of_ldap(event):
        return Statement({})
    details = event["details"]
    facts: dict[str, Any] = {"tls_encrypted": details.get("tls")}
    if mail := _find_mail(details.get("actor")):
        facts |= {"email": mail, "username": mail.partition("@")[0] or None}
    return Statement(facts, fields={"source": "ldap"} if event["source"] == UNKNOWN else {})


def _is_of_ldap(event: Mapping[str, Any]) -> bool:
    words = (event["category"], event["source"], event["processname"], *event["tags"])
    return any(type(word) is str and word.lower() in _WORDS for word in words)


def _find_mail(actor: Any) -> str | None:
    """Return the only `mail` among the parts of a distinguished name."""
    if type(actor) is not str or len(actor) > _LONGEST:
        return None
    parts = actor.replace(",", " ").split()
    mails = {part[len("mail=") :] for part in parts if part.lower().startswith("mail=")}
    return mails.pop() if len(mails) == 1 else None


EXTRACTOR: Final = Extractor("ldap", extract, categories=("ldap",), names=("actor",))
