"""`mqworker cloudtrail` that can't work: it says why, with exit status 78."""

from __future__ import annotations

import sys

import pytest

from tests.unit.cli.conftest import Run

MISCONFIGURED = 78
URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/trail"


@pytest.fixture(autouse=True)
def _no_aws_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "queue_url is missing"),
        (["--queue-url", URL, "--aws-region", "eu-west-1"], "aws_region is eu-west-1"),
        (["--queue-url", "http://127.0.0.1:9/1/q"], "name it with aws_region"),
        (["--queue-url", URL], "AWS credentials: Unable to locate credentials"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_told(
    mqworker: Run, args: list[str], words: str
) -> None:
    result = mqworker("cloudtrail", *args)
    assert (MISCONFIGURED, True) == (result.exit_code, words in result.output), result.output


def test_a_missing_boto3_is_named_with_the_line_that_installs_it(
    mqworker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    result = mqworker("cloudtrail", "--queue-url", URL)
    assert MISCONFIGURED == result.exit_code
    assert "pip install 'mqworker[cloudtrail]'" in result.output


def test_a_queue_url_that_is_none_is_wrong_usage(mqworker: Run) -> None:
    assert 2 == mqworker("cloudtrail", "--queue-url", "trail").exit_code
