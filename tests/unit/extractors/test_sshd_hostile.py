"""What a stranger chooses never passes for an address or for another's name."""

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mqworker.extractors.sshd import EXTRACTOR
from tests.unit.extractors.lines import PIECES

TRUE = "203.0.113.9"
PORT = "4711"
TEMPLATES = (Path(__file__).parents[2] / "data" / "sshd-hostile.txt").read_text().splitlines()
"""Messages of sshd; what stands for {user} and {text} a stranger has chosen."""

PLAIN = [each for each in TEMPLATES if PORT in each and "{text}" not in each]

hostile = st.lists(st.sampled_from(PIECES), max_size=9).map(lambda pieces: "".join(pieces)[:100])
odd = st.text(st.characters(exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=100)


def assert_true(template, user, text):
    """Find nothing in a line that sshd did not mean."""
    line = template.replace("{user}", user).replace("{text}", text)
    facts = EXTRACTOR.extract({"summary": line})
    assert facts.get("sourceipaddress", TRUE) == TRUE
    assert facts.get("sourceport", PORT) == PORT
    assert facts.get("username", user) == user
    assert "username" not in facts or "{user}" in template
    assert "sourceipaddress" not in facts or TRUE in template
    return "sourceipaddress" in facts


@settings(max_examples=200)
@given(template=st.sampled_from(TEMPLATES), user=hostile, text=hostile)
def test_whatever_a_stranger_types_no_other_address_or_name_is_stated(template, user, text):
    assert_true(template, user, text)


def test_of_many_hostile_lines_most_state_their_true_address():
    chance = random.Random(7)
    stated = rounds = 0
    for _ in range(500):
        for template in TEMPLATES:
            user, text = ("".join(chance.choices(PIECES, k=chance.randrange(10))) for _ in "ab")
            stated += assert_true(template, user[:100], text[:100])
            rounds += 1
    assert stated / rounds > 0.7


@settings(max_examples=100)
@given(template=st.sampled_from(PLAIN), user=odd)
def test_an_odd_name_without_spaces_is_stated_with_its_address(template, user):
    facts = EXTRACTOR.extract({"summary": template.replace("{user}", user)})
    stated = (facts["sourceipaddress"], facts["sourceport"], facts["username"])
    assert (TRUE, PORT, user) == stated
