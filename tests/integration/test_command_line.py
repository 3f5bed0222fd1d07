from __future__ import annotations

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner

from mqworker.cli import main
from tests.services.rabbitmq import Rabbitmq

pytestmark = pytest.mark.services


def test_publish_makes_the_queue_it_needs_and_rabbitmq_has_what_it_counts(
    rabbitmq: Rabbitmq,
) -> None:
    queue = f"commands-{uuid4().hex}"
    events = "".join(json.dumps({"summary": f"event {n}"}) + "\n" for n in range(1000))

    with rabbitmq.vhost() as url:
        where = ["--config", "/dev/null", "--broker", url, "--queue", queue]
        result = CliRunner().invoke(main, ["publish", *where, "--json", "-"], input=events)
        depth = rabbitmq.depth(queue, url)

    assert (0, 1000) == (result.exit_code, json.loads(result.stdout)["confirmed"])
    assert depth.ready == 1000
