from __future__ import annotations

from pathlib import Path

import pytest

from mqworker.brokers.manual import examples, table
from mqworker.brokers.transports import TRANSPORTS, Transport

PAGE = (Path(__file__).parents[3] / "docs" / "brokers.rst").read_text()


def test_the_page_on_brokers_has_the_table_that_the_worker_goes_by() -> None:
    assert table() in PAGE
    assert examples() in PAGE


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda each: each.schemes[0])
def test_every_transport_says_what_it_keeps_in_the_table(transport: Transport) -> None:
    lines = [line for line in table().splitlines() if f"``{transport.schemes[0]}``" in line]
    assert len(lines) == 1
    for text in (transport.durable, transport.returns, transport.confirmed):
        assert f"- {text}\n" in table()
