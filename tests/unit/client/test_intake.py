import base64
import json
from contextlib import closing, contextmanager

import pytest

from mqworker.client.entry import Entry
from mqworker.client.intake import Away, IntakeOptions, IntakeTransport
from tests.stubs.scripted import Answer, Cut, Hang, Raw, json_answer, scripted

ENTRIES = [Entry(str(number), b'{"summary":"%d"}' % number) for number in range(5)]


@contextmanager
def opened(url, **options):
    with closing(IntakeTransport(IntakeOptions(url=url, **options))) as sender:
        yield sender


def send(url, **options):
    with opened(url, **options) as sender:
        return sender.send(ENTRIES)


def ids(request):
    return [json.loads(line)["create"]["_id"] for line in request.body.splitlines()[::2]]


def test_events_go_in_bulk_form_over_a_connection_that_is_kept():
    with scripted() as server, opened(server.url + "/prefix/") as sender:
        assert [(), ()] == [sender.send(ENTRIES).later for _ in range(2)]
        kept = sender.connection
        sender.send(ENTRIES)
        assert kept is sender.connection
        sender.close()
    request = server.requests[0]
    assert ("POST", "/prefix/_bulk") == (request.method, request.path)
    assert "application/x-ndjson" == request.headers["content-type"]
    assert ["0", "1", "2", "3", "4"] == ids(request)


def test_a_request_that_is_too_large_is_sent_in_halves_down_to_the_event_that_is_bad():
    def judge(request):
        if b'"3"' in request.body and len(ids(request)) > 1:
            return Answer(413)
        if ids(request) == ["3"]:
            return Answer(400, b"depth")
        return json_answer({"items": [{"create": {"status": 201}} for _ in ids(request)]})

    with scripted(judge) as server:
        answer = send(server.url)
    assert ((), ((ENTRIES[3], "400: depth"),)) == (answer.later, answer.refused)


def test_a_connection_that_was_closed_while_idle_is_replaced_at_once():
    with scripted() as server, opened(server.url) as sender:
        sender.send(ENTRIES)
        sender.connection.sock.shutdown(2)
        assert () == sender.send(ENTRIES).later
        sender.close()


@pytest.mark.parametrize("reply", [Cut(), Raw(b"SSH-2.0-OpenSSH_9.2\r\n")])
def test_no_answer_means_away(reply):
    with scripted(reply) as server, pytest.raises(Away):
        send(server.url)


def test_an_intake_that_hangs_is_away_after_the_time_limit():
    with scripted(Hang()) as server, pytest.raises(Away, match="timed out"):
        send(server.url, timeout_s=0.1)


def test_the_time_that_the_intake_asks_for_is_told():
    with scripted(Answer(503, b"broker away", headers={"Retry-After": "7"})) as server:
        answer = send(server.url)
    assert (tuple(ENTRIES), "503: broker away", 7.0) == (
        answer.later,
        answer.trouble,
        answer.wait_s,
    )


def test_a_token_is_read_anew_with_each_connection(tmp_path):
    file = tmp_path / "token"
    file.write_text("first\n")
    with scripted() as server, opened(server.url, token_file=str(file)) as sender:
        sender.send(ENTRIES)
        file.write_text("second\n")
        sender.close()
        sender.send(ENTRIES)
        sender.close()
    sent = [request.headers["authorization"] for request in server.requests]
    assert ["Bearer first", "Bearer second"] == sent


def test_a_password_in_the_url_is_basic_auth_and_is_never_shown():
    with scripted() as server, opened(server.url.replace("//", "//joe:p%40ss@")) as sender:
        sender.send(ENTRIES)
        sender.close()
    sent = server.requests[0].headers["authorization"]
    assert "Basic " + base64.b64encode(b"joe:p@ss").decode() == sent
    assert "p%40ss" not in sender.shown + repr(sender.options)


@pytest.mark.parametrize("url", ["127.0.0.1:80", "ftp://x/", "http://", "http://x:port/"])
def test_an_url_that_makes_no_sense_is_refused(url):
    with pytest.raises(ValueError, match=r"URL|[Pp]ort"):
        IntakeTransport(IntakeOptions(url=url))
