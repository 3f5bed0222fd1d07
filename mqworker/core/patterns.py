r"""The regular expressions that Python's `re` and jsonschema-rs read alike.

JSON Schema asks for ECMA-262 expressions; jsonschema uses Python's, jsonschema-rs translates into
Rust's. What each of the constructs below does in both was found by trying it.

1. An expression is let through when all of it is known to mean the same in both, not when nothing
   is known against it.
"""

from __future__ import annotations

import re

ESCAPED = r"""\\[\\^$.|?*+(){}\[\]/\-#&~@%!=:;,'"` ]|\\[fnrtv]|\\x[0-9A-Fa-f]{2}"""
CODE_POINT = r"\\u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}"

ALIKE = re.compile(
    "|".join(
        (
            r"[^\\^$.|?*+(){}\[\]]",  # a character that is itself
            ESCAPED,
            CODE_POINT,
            rf"\[\^?+(?:{ESCAPED}|{CODE_POINT}|(?!&&|--|~~|\|\|)[^\\\[\]])+\]",
            r"\((?!\?)|\(\?(?:[:=!]|<[=!])|\)|\||\^",
            r"\$\(\?!\\n\)",  # the end, not before a newline
            r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??(?![*+?])",  # a count, greedy or not
        )
    )
)

REASONS = (
    (
        r"\.",
        r"`.` leaves out \n, and in one of them \r and U+2028 too; write [^\n], or \. for a dot",
    ),
    (r"\$", r"`$` also matches before a final newline in one of them; write `$(?!\n)`"),
    (
        r"\\[dDwWsSbB<>]",
        r"\d, \w, \s and \b know Unicode in one of them only; write [0-9] or so",
    ),
    (r"\\[pP]", "Unicode properties exist in one of them only"),
    (r"\\[1-9]", "references to groups differ where the group did not take part"),
    (r"\\u", r"a surrogate is no character, and a code point is written with four digits: \u00e9"),
    (r"\\", "this escape does not exist in both"),
    (r"\(\?P?<", "groups have no names in common; write (?:…) or (…)"),
    (r"\(\?", "groups in common are (…), (?:…), (?=…), (?!…), (?<=…) and (?<!…)"),
    (
        r"[*+?]|\{[0-9,]+\}",
        "counts after a count differ, and {,2} means {0,2} in one only",
    ),
    (r"[{}]", r"a brace that is no count is written \{ or \}"),
    (r"\[", r"in a class write [ as \[, no \d \w \s, and none of && -- ~~ || as they are"),
    (r"\]", r"a bracket that closes no class is written \]"),
)
"""Why what stands at some place is not taken, by what stands there; the first that fits."""


def find_difference(pattern: str) -> str | None:
    """Return why the two libraries may read a pattern differently, None when they do not."""
    at = 0
    while at < len(pattern):
        same = ALIKE.match(pattern, at)
        if same is None:
            return f"at character {at + 1}: {reason_for(pattern, at)}"
        at = same.end()
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None


def reason_for(pattern: str, at: int) -> str:
    """Return why what stands at `at` is not taken."""
    for start, reason in REASONS:
        if re.compile(start).match(pattern, at):
            return reason
    return "this means different things in both"
