from mqworker.core.pointer import LONGEST, pointer_to


def test_a_pointer_is_escaped_as_rfc_6901_asks():
    assert pointer_to([]) == ""
    assert pointer_to(["a/b", "m~n", 0, ""]) == "/a~1b/m~0n/0/"


def test_a_pointer_of_any_path_is_bounded_and_can_be_encoded():
    assert len(pointer_to(["k" * 10_000])) <= LONGEST + 1
    assert pointer_to(["\ud800"]).encode() == b"/\\ud800"
