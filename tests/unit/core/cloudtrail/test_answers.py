import pytest

from mqworker.core.cloudtrail.answers import explained, hint, meaning


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("NoSuchKey", 404, "gone"),
        ("NoSuchBucket", 404, "gone"),
        ("InvalidObjectState", 403, "gone"),
        ("AccessDenied", 403, "denied"),
        ("PermanentRedirect", 301, "denied"),
        ("AuthorizationHeaderMalformed", 400, "denied"),
        ("QueueDoesNotExist", 400, "denied"),
        ("SlowDown", 503, "later"),
        ("ThrottlingException", 400, "later"),
        ("RequestThrottled", 403, "later"),
        ("ExpiredToken", 400, "later"),
        ("InternalError", 500, "later"),
        ("whatever", 502, "later"),
        ("whatever", 400, "denied"),
        ("whatever", 0, "denied"),
    ],
)
def test_every_error_has_its_answer(code, status, expected):
    assert expected == meaning(code, status)


def test_an_error_is_told_with_what_to_do_about_it():
    assert "AccessDenied: no" == explained("AccessDenied", "no")
    assert hint("AccessDenied").startswith(" (allow s3:GetObject")
    assert ("Odd: no", "Odd", "") == (explained("Odd", "no"), explained("Odd", ""), hint("Odd"))
