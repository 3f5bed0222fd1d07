"""What regular expressions both libraries read alike."""

from __future__ import annotations

import re

import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mqworker.core.patterns import find_difference

TAKEN = [
    *("", "abc", "^a", "a$(?!\\n)", "^(?:a|b)+$(?!\\n)", "a*?b+?c??", "a{2}b{2,}c{2,3}?"),
    *(r"\.\/\-\$\{", r"\n\t\x41é", "[a-z0-9_.-]", "[^a-z]", r"[\]\[\\^-]", "[a^]"),
    *("(a)(?:b)(?=c)(?!d)(?<=b)(?<!a)", "☃", "a b#c", r"\#\ "),
]
REFUSED = [
    (r"^a$", "final newline"),
    (r"a.b", "character 2: .*leaves out"),
    (r"\d", "Unicode"),
    (r"^\w+", "character 2: .*Unicode"),
    (r"[\s]", "in a class"),
    (r"a\b", "Unicode"),
    (r"\p{L}", "Unicode properties"),
    (r"(a)\1", "references to groups"),
    (r"(?P<name>a)", "no names in common"),
    (r"(?<name>a)", "no names in common"),
    (r"(?i)a", "groups in common"),
    (r"(?>a)", "groups in common"),
    (r"(?#a)", "groups in common"),
    (r"a\Z", "escape"),
    (r"\Aa", "escape"),
    (r"\0", "escape"),
    (r"\ud83d\ude00", "surrogate"),
    (r"\u{41}", "four digits"),
    (r"a{,2}", "means"),
    (r"a++", "counts after a count"),
    (r"a**", "counts after a count"),
    (r"a{", "brace"),
    (r"a]", "bracket"),
    (r"[[:alpha:]]", "in a class"),
    (r"[a&&b]", "in a class"),
    (r"[a--b]", "in a class"),
    (r"[]a]", "in a class"),
    (r"[^]", "in a class"),
    (r"[a", "in a class"),
    (r"(a", "missing"),
    (r"a)", "unbalanced"),
    (r"*a", "nothing to repeat"),
    (r"a{2,1}", "min repeat"),
    (r"(?<=a+)b", "fixed-width"),
]


@pytest.mark.parametrize("pattern", TAKEN)
def test_what_means_the_same_in_both_is_taken(pattern: str) -> None:
    assert find_difference(pattern) is None


@pytest.mark.parametrize(("pattern", "reason"), REFUSED)
def test_what_differs_is_refused_with_its_place_and_a_way_out(pattern: str, reason: str) -> None:
    assert re.search(reason, find_difference(pattern) or "") is not None


CONSTRUCTS = (
    r"[^\n] \d \w $ \. [ab] (?: (?! $(?!\n) \n \u0061 {1,2} [a-b] && \p{L} (?<=a) é \x61 \-"
)
PIECES = st.sampled_from([*"ab.^|()-[]{}*+?,10", *CONSTRUCTS.split()])
TEXTS = st.lists(st.text(alphabet="ab.^|-\n\r\u2028é1٣ {}&\U0001f600", max_size=6), max_size=5)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join), TEXTS)
@example("a$(?!\\n)", ["a", "a\n", "a\n\n"])
@example("^[^\\n]$(?!\\n)", ["\r", "\n", "\u2028", "é", "\U0001f600"])
def test_what_is_taken_matches_the_same_texts_in_both(pattern: str, texts: list[str]) -> None:
    if find_difference(pattern) is not None:
        return
    try:
        validator = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except ValueError:  # told at start, see compile_schemas
        return
    for text in texts:
        assert validator.is_valid(text) == bool(re.search(pattern, text)), (pattern, text)
