import json
import logging
import logging.config
import subprocess
import sys
import threading

import pytest

from mqworker.client import Handler
from tests.stubs.scripted import Answer, scripted

LIMIT_S = 20
LIGHT = """
import sys
before = set(sys.modules)
import mqworker.client
mqworker.client.configure("http://127.0.0.1:1", exit_s=0.1, spool=sys.argv[1])
mqworker.client.send("hello")
mqworker.client.close()
packages = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(packages - set(sys.stdlib_module_names) - {"mqworker"}))
"""


class Logged:
    """A logger of its own with a handler of ours."""

    def __init__(self, url, name, **settings):
        self.handler = Handler(url, processname="shop", hostname="web1", **settings)
        self.logger = logging.getLogger(name)
        self.logger.setLevel(logging.DEBUG)
        self.logger.propagate = False
        self.logger.addHandler(self.handler)
        self.said = []
        self.handler.client.tally.say = self.said.append

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.logger.removeHandler(self.handler)
        self.handler.close()


def events(server):
    return [json.loads(line) for each in server.requests for line in each.body.splitlines()[1::2]]


def test_it_imports_the_standard_library_only_also_when_it_sends(tmp_path):
    argv = [sys.executable, "-c", LIGHT, tmp_path]
    done = subprocess.run(argv, capture_output=True, check=True, text=True)
    assert "" == done.stdout.strip()


def test_a_log_call_becomes_an_event():
    with scripted() as server, Logged(server.url, "t.one") as logged:
        extra = {"category": "authentication", "username": "joe"}
        logged.logger.warning("login of %s failed", "joe", extra=extra)
        assert logged.handler.client.flush(LIMIT_S)
    (event,) = events(server)
    del event["timestamp"], event["processid"]
    assert {
        "hostname": "web1",
        "processname": "shop",
        "severity": "WARNING",
        "category": "authentication",
        "summary": "login of joe failed",
        "eventsource": "t.one",
        "tags": [],
        "details": {"username": "joe"},
    } == event


def test_it_can_be_made_by_dict_config():
    with scripted() as server:
        ours = {"class": "mqworker.client.Handler", "url": server.url, "tags": ["prod"]}
        logger = {"handlers": ["ours"], "level": "INFO"}
        logging.config.dictConfig(
            {
                "version": 1,
                "disable_existing_loggers": False,
                "handlers": {"ours": ours},
                "loggers": {"t.config": logger},
            }
        )
        logging.getLogger("t.config").info("hello")
        (handler,) = logging.getLogger("t.config").handlers
        handler.close()
    assert [["prod"]] == [event["tags"] for event in events(server)]


@pytest.mark.parametrize("wrong", [("%d", "joe"), ("%s %s", 1)])
def test_a_wrong_log_call_raises_nothing_and_is_counted(wrong):
    with scripted() as server, Logged(server.url, f"t.two{len(wrong[0])}") as logged:
        logged.logger.info(*wrong)
        logged.logger.info("good")
        assert logged.handler.client.flush(LIMIT_S)
        assert 1 == logged.handler.counts.dropped
        assert "not a record" in logged.said[0]


def test_what_it_logs_itself_does_not_come_back():
    class Talkative:
        """Logs on each send, as client libraries do."""

        def __init__(self, inner):
            self.inner = inner

        def send(self, entries):
            logging.getLogger("t.three.inner").info("sending %d", len(entries))
            return self.inner.send(entries)

        def close(self):
            self.inner.close()

        forget = close

    with scripted() as server, Logged(server.url, "t.three") as logged:
        logged.handler.client.shipping.transport = Talkative(logged.handler.client.transport)
        logged.logger.info("hello")
        assert logged.handler.client.flush(LIMIT_S)
        assert ["hello"] == [event["summary"] for event in events(server)]
        assert 1 == logged.handler.counts.taken


def test_many_threads_lose_nothing():
    with scripted() as server, Logged(server.url, "t.four") as logged:
        work = lambda: [logged.logger.info("hello") for _ in range(500)]  # noqa: E731 - short
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert logged.handler.client.flush(LIMIT_S)
    assert (4000, 0) == (len(events(server)), logged.handler.counts.dropped)


def test_logging_goes_on_without_an_intake():
    with scripted(Answer(500)) as server, Logged(server.url, "t.five", exit_s=0.1) as logged:
        for _ in range(100):
            logged.logger.info("hello")
        assert 100 == logged.handler.counts.taken


def test_an_unknown_setting_is_refused():
    with pytest.raises(TypeError, match="spoool"):
        Handler("http://127.0.0.1:1", spoool="x")
