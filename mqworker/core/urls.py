"""URLs as people may see them: without the secrets in them.

1. No secret comes out, also of a URL that is malformed: where it is not clear what is a password,
   too much is hidden.
2. Text of any length takes time in proportion to it: names have a length here.
"""

from __future__ import annotations

import re

MASK = "***"

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,63}://\S+")
SECRET_PARAMETER = re.compile(
    r"([?&;][^=&;?\s]{0,256}(?:password|passwd|passphrase|secret|token|api_?key|predefined_queues)"
    r"[^=&;?\s]{0,256}=)[^&;\s]*",
    re.IGNORECASE,
)

KEY_ALONE = frozenset({"azurestoragequeues"})
"""Schemes whose URLs have a key, and nothing else, before the last `@`."""


def redact(url: str) -> str:
    """Return the URL with its password, and secret query parameters, masked.

    >>> redact("amqp://guest:guest@localhost:5672/%2F")
    'amqp://guest:***@localhost:5672/%2F'
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return redact_tail(url)
    if scheme.lower() in KEY_ALONE and "@" in rest:
        rest = f"{MASK}@{rest.rpartition('@')[2]}"
    return scheme + separator + redact_tail(rest)


def redact_text(text: str) -> str:
    """Return the text with each URL in it redacted."""
    return URL.sub(lambda found: redact(found[0]), text)


def redact_tail(rest: str) -> str:
    """Mask what follows `scheme://`."""
    user, password, host = split_userinfo(rest)
    shown = f"{user}:{MASK}@{host}" if password else rest
    return SECRET_PARAMETER.sub(rf"\g<1>{MASK}", shown)


def split_userinfo(rest: str) -> tuple[str, str, str]:
    """Return user, password and what follows the `@`; all but the last empty if there is none.

    By RFC 3986 (3.2) the authority ends at the first `/`, `?` or `#`; people write these into
    passwords all the same. So where the only `@` comes later and a `:` before it, what lies between
    them is taken for a password.
    """
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    end = authority.rfind("@")
    if end < 0 and ":" in authority:
        end = rest.rfind("@")
    if end < 0:
        return "", "", rest
    user, _, password = rest[:end].partition(":")
    return user, password, rest[end + 1 :]
