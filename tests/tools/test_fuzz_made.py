"""What hypothesis makes of the corpus has the form of its kind, and breaks nothing."""

import json
from collections.abc import Callable

import pytest
from hypothesis import find, given, seed, settings

from tools.fuzz.engine import broken_by, corpus
from tools.fuzz.made import fuzz_made, made
from tools.fuzz.targets import TARGETS, Target


def breaking(name: str) -> Callable[[], None]:
    strategy = made(name, TARGETS[name], corpus(name))

    @seed(20261126)
    @settings(max_examples=40)
    @given(strategy)
    def attempt(data: bytes) -> None:
        assert broken_by(TARGETS[name], data) == ""

    return attempt


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_made_breaks_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    breaking(name)()


def test_the_rest_of_a_document_stays_as_it_was() -> None:
    kept = [b'{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}']
    found = json.loads(find(made("policy", TARGETS["policy"], kept), lambda data: b'"Action": []' in data))
    assert found == {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": [], "Resource": "*"},
    }


def test_what_breaks_is_found_and_made_small() -> None:
    def run(data: bytes) -> None:
        if b'"Statement": [' in data:
            raise KeyError("broken")

    tried, broken = fuzz_made("policy", Target(run, ("a",)), [b'{"Statement": 5}'], 60, 1)
    assert broken is not None
    assert (broken.data, broken.how) == (b'{"Statement": []}', "KeyError: 'broken'")
    assert tried > 1


def test_with_no_time_it_is_as_many_as_are_wanted_and_the_same_each_time() -> None:
    """A slow machine tries no fewer, and a fast one finds nothing that others do not."""
    seen: list[list[bytes]] = []
    for _ in range(2):
        inputs: list[bytes] = []
        target = Target(inputs.append, ("a",))
        assert fuzz_made("policy", target, [b'{"Statement": 5}'], 0, 1, inputs=150) == (200, None)
        seen.append(inputs)
    assert seen[0] == seen[1]
