import pytest

from mqworker.core.cloudtrail.region import read_queue_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://sqs.eu-central-1.amazonaws.com/1/trail", ("trail", "eu-central-1", "")),
        ("https://sqs.us-gov-west-1.amazonaws.com/1/trail", ("trail", "us-gov-west-1", "")),
        ("https://sqs.cn-north-1.amazonaws.com.cn/1/trail", ("trail", "cn-north-1", "")),
        ("https://eu-west-3.queue.amazonaws.com/1/trail/", ("trail", "eu-west-3", "")),
        ("https://vpce-1a.sqs.us-east-2.vpce.amazonaws.com/1/t", ("t", "us-east-2", "")),
        ("https://queue.amazonaws.com/1/trail", ("trail", "", "")),
        ("http://127.0.0.1:5000/1/trail", ("trail", "", "http://127.0.0.1:5000")),
        ("http://amazonaws.com.evil.example/1/t", ("t", "", "http://amazonaws.com.evil.example")),
    ],
)
def test_a_queue_url_names_queue_region_and_endpoint(url, expected):
    assert expected == tuple(read_queue_url(url))
