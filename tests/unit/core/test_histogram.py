from mqworker.core.histogram import Histogram


def test_a_value_belongs_to_the_first_bound_that_it_does_not_exceed():
    histogram = Histogram((1.0, 5.0))
    for value in (0.5, 1.0, 1.1, 5.0, 7.0):
        histogram.observe(value)
    assert [2, 2, 1] == histogram.counts


def test_the_sum_of_the_values_is_kept():
    histogram = Histogram((1.0,))
    histogram.observe(0.5)
    histogram.observe(2.0)
    assert 2.5 == histogram.total
