from typing import Any

import pytest

from verifier.model.leaves import at, leaves, likes, put, without

VALUE = {"A": ["x", {"B": "y", "C": 1}], "D": "z"}


def test_leaves_are_texts_with_their_paths() -> None:
    found = list(leaves(VALUE))
    assert found == [(("A", 0), "x"), (("A", 1, "B"), "y"), (("D",), "z")]
    assert [at(VALUE, path) for path, _ in found] == ["x", "y", "z"]


def test_another_text_is_put_into_a_copy() -> None:
    assert put(VALUE, ("A", 1, "B"), "new") == {"A": ["x", {"B": "new", "C": 1}], "D": "z"}
    assert VALUE["A"] == ["x", {"B": "y", "C": 1}]
    assert put("a", (), "b") == "b"


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (("D",), {"A": ["x", {"B": "y", "C": 1}]}),
        (("A", "B"), {"A": ["x", {"C": 1}], "D": "z"}),
        (("A", "X"), VALUE),
        (("X", "Y"), VALUE),
        ((), None),
    ],
)
def test_something_is_left_out(names: tuple[str, ...], left: Any) -> None:
    assert without(VALUE, *names) == left


def test_texts_that_are_like_another_differ_in_the_end() -> None:
    assert list(likes("key-1"))[:3] == ["key-0", "key-2", "key-3"]
    assert list(likes("")) == []
