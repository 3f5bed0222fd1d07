import json

import pytest

from mqworker.client.answers import judge
from mqworker.client.entry import Entry

ONE, TWO, THREE = (Entry(name, b"{}") for name in "123")


def bulk(*statuses):
    items = [{"create": {"status": each, "error": {"reason": f"r{each}"}}} for each in statuses]
    return json.dumps({"errors": True, "items": items}).encode()


def test_each_item_is_judged_by_its_own_status():
    answer = judge([ONE, TWO, THREE], 200, bulk(201, 429, 400))
    assert (TWO,) == answer.later
    assert ((THREE, '400: {"reason": "r400"}'),) == answer.refused


@pytest.mark.parametrize("status", [200, 201, 202, 409])
def test_an_event_that_is_there_is_taken(status):
    assert ((), ()) == judge([ONE], 200, bulk(status))[:2]


@pytest.mark.parametrize("status", [401, 403, 404, 405, 429, 500, 502, 503, 302, 204])
def test_an_answer_that_a_person_may_mend_keeps_the_events(status):
    answer = judge([ONE, TWO], status, b"<html>\nlogin", 7.0)
    assert ((ONE, TWO), (), 7.0) == (answer.later, answer.refused, answer.wait_s)
    assert f"{status}: <html> login" == answer.trouble


@pytest.mark.parametrize("status", [400, 413])
def test_a_single_event_that_is_bad_is_refused(status):
    assert ((ONE, f"{status}: no"),) == judge([ONE], status, b"no").refused


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"items":[]}', b'{"items":[{}]}', b'{"items":[1]}']
)
def test_success_that_is_no_bulk_answer_is_no_success(body):
    answer = judge([ONE], 200, body)
    assert ((ONE,), "200: not the answer of an intake") == (answer.later, answer.trouble)


def test_an_item_without_a_status_is_sent_again():
    assert (ONE,) == judge([ONE], 200, b'{"items":[{"create":{}}]}').later
