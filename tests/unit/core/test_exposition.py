from mqworker.core.exposition import Metric, Reading, exposed
from mqworker.core.sight.state import Spread

COUNT = Metric("a_total", "counter", "Of a.", ("who",))


def test_a_number_is_told_with_its_help_and_type():
    text = '# HELP a_total Of a.\n# TYPE a_total counter\na_total{who="x"} 3\n'
    assert text == exposed([(COUNT, [Reading(3, {"who": "x"})])])


def test_a_label_may_hold_anything():
    text = exposed([(COUNT, [Reading(1, {"who": 'a"b\\c\nd'})])])
    assert text.endswith('a_total{who="a\\"b\\\\c\\nd"} 1\n')


def test_what_is_not_known_is_not_told():
    assert "" == exposed([(COUNT, [Reading(None)]), (COUNT, [])])


def test_the_buckets_of_a_histogram_add_up():
    spread = Spread((0.1, 1.0), (2, 3, 1), 4.5)
    lines = exposed([(Metric("h", "histogram", "H."), [Reading(spread)])]).splitlines()
    assert [
        'h_bucket{le="0.1"} 2',
        'h_bucket{le="1"} 5',
        'h_bucket{le="+Inf"} 6',
        "h_sum 4.5",
        "h_count 6",
    ] == lines[2:]
