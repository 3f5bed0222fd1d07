from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.display import clip, printable, show


def test_scalars_are_shown_as_json_and_containers_by_their_size():
    assert [show(value) for value in (None, True, 1.5, 'a"b')] == ["null", "true", "1.5", '"a\\"b"']
    assert show({"a": {"b": 1}, "c": 2}) == "an object of 2"
    assert show([[1, 2], 3]) == "a list of 2"


def test_long_texts_are_clipped_with_an_ellipsis():
    assert show("é" * 100) == '"' + "é" * 80 + '…"'
    assert clip("abc", 2) == "ab…"
    assert clip("ab", 2) == "ab"


def test_what_is_no_json_is_shown_all_the_same():
    assert show(b"a") == "\"b'a'\""


@given(st.text(alphabet=st.characters(codec=None), max_size=500))
def test_whatever_is_shown_is_short_and_can_be_encoded(text):
    assert len(show(text).encode()) < 6 * 302 * 4
    assert len(printable(text, 5)) <= 5 * 10 + 1
