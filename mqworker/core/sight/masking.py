"""Stored documents as somebody who only watches may see them: without what looks like a secret.

Rules of privacy have been applied to a document before it is stored. This is for what no rule
names, because nobody knew that a sender writes it: a password on a command line, a token in a URL.
It goes by names and forms, so it may hide too much, and can't know every secret.

1. It takes time in proportion to a text, whatever is in it, and long texts are cut: the worker
   waits while this thread is at it, and texts are strangers'.
"""

from __future__ import annotations

import re
from typing import Any

from mqworker.core.scrubbing import MASK
from mqworker.core.urls import redact

LONGEST_TEXT = 2000

URL = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*://\S+")

WORDS = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|(?:[a-z]+[_-])?token|api[_-]?key|access[_-]?key"
    r"|secret[_-]?(?:access[_-]?)?key|private[_-]?key|credentials?|(?:proxy-)?authorization"
    r"|(?:set-)?cookie"
)

NAME = re.compile(rf"(?i)(?:(?:[a-z0-9]+[_-])*(?:{WORDS})|\w*(?:password|passwd|secret|token))")
"""Names of fields whose values are hidden whole."""

FORMS = (
    (re.compile(r"\b(Bearer|Basic|Negotiate|ApiKey)\s+[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {MASK}"),
    # name=value and name: value, quoted or not
    (
        re.compile(rf"(?i)\b((?:{WORDS})[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)"),
        rf"\1{MASK}",
    ),
    # --password value, of a command line
    (re.compile(rf"(?i)(--?(?:{WORDS})\s+)(?!-)(\S+)"), rf"\1{MASK}"),
    # JSON Web Tokens (RFC 7519)
    (re.compile(r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), MASK),
    # tokens that their makers gave a form of its own
    (
        re.compile(
            r"(?<![\w-])(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{15,}|xox[abeoprs]-[\w-]+)"
        ),
        MASK,
    ),
    (re.compile(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END[^-]*-----|\Z)"), MASK),
)
"""What hides secrets inside text."""


def masked(value: Any) -> Any:
    """Return a JSON value without what looks like a secret; it is not changed.

    >>> masked({"summary": "login --password s3cret", "details": {"api_key": "k", "user": "ann"}})
    {'summary': 'login --password ***', 'details': {'api_key': '***', 'user': 'ann'}}
    """
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, list):
        return [masked(each) for each in value]
    if isinstance(value, dict):
        return {
            key: hidden(each) if NAME.fullmatch(key) else masked(each)
            for key, each in value.items()
        }
    return value


def hidden(value: Any) -> Any:
    """Return what stands for the value of a field that holds a secret; of nothing, nothing."""
    return value if value is None or value == "" or isinstance(value, bool) else MASK


def masked_text(text: str) -> str:
    """Return a text without what looks like a secret."""
    shown = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
    shown = URL.sub(lambda found: redact(found[0]), shown)
    for form, cover in FORMS:
        shown = form.sub(cover, shown)
    return shown
