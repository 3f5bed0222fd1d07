"""The manual's page on extractors: its example works, and nothing shipped is left out."""

import re
from pathlib import Path
from textwrap import dedent

from mqworker.config.extractors import load_extractors
from mqworker.core.extract import Extraction
from tests.unit.core.test_extract import event

PAGE = (Path(__file__).parents[3] / "docs" / "extractors.rst").read_text()


def test_the_extractor_in_the_manual_states_what_the_manual_says():
    code = PAGE.partition(".. code-block:: python\n")[2].partition("\nInstall it")[0]
    names = {}
    exec(dedent(code), names)  # noqa: S102  it is the project's own
    line = re.search(r'From "(session [^"]*)"', PAGE)[1]
    fields = event(line, processname="acme-vpnd")
    assert () == Extraction([names["EXTRACTOR"]]).apply(fields)
    assert {
        "sessionid": "5f2b7c0e9a4d4c1d8e3f6a7b8c9d0e1f",
        "username": "joe",
        "sourceipaddress": "192.0.2.7",
        "sourceipv4address": "192.0.2.7",
        "sourceport": "4711",
    } == fields["details"]


def test_every_shipped_extractor_is_in_the_manual():
    entries = set(re.findall(r"^``(\w+)``|, ``(\w+)``$", PAGE, re.MULTILINE))
    named = {name for pair in entries for name in pair}
    assert {extractor.name for extractor in load_extractors()} <= named
