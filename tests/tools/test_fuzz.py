"""The fuzzing can fail, and what it is fed is read without a fault."""

import time

import pytest

from tools.fuzz.engine import broken_by, corpus, fuzz
from tools.fuzz.targets import TARGETS, Target
from verifier.errors import InputError


def raising(error: Exception) -> Target:
    def run(data: bytes) -> None:
        if b"x" in data:
            raise error

    return Target(run, ("x",))


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_kept_breaks_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    kept = corpus(name)
    assert len(kept) >= 2
    assert [how for data in kept if (how := broken_by(TARGETS[name], data))] == []
    assert fuzz(TARGETS[name], kept, 0, seed=20261125, inputs=len(kept) + 30) == (len(kept) + 30, None)


def test_an_error_of_ours_ends_quietly() -> None:
    assert fuzz(raising(InputError("one line")), [b"x"], 0.05, 1)[1] is None


@pytest.mark.parametrize(
    ("error", "how"),
    [
        (KeyError("a"), "KeyError: 'a'"),
        (InputError(""), "not one line"),
        (RecursionError("deep"), "RecursionError: deep"),
    ],
)
def test_a_fault_is_found_among_what_is_made_up(error: Exception, how: str) -> None:
    _, broken = fuzz(raising(error), [b"a"], 5, 1)
    assert broken is not None
    assert b"x" in broken.data
    assert how in broken.how


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.fuzz.engine.MOST_SECONDS", 1)
    assert broken_by(Target(lambda _: time.sleep(5), ()), b"") == "took too long, twice"


def test_the_same_seed_makes_the_same_inputs() -> None:
    seen: list[list[bytes]] = []
    for _ in range(2):
        inputs: list[bytes] = []

        def run(data: bytes, inputs: list[bytes] = inputs) -> None:
            inputs.append(data)
            if len(inputs) == 50:
                raise KeyError

        fuzz(Target(run, ("word",)), [b"abc"], 5, 7)
        seen.append(inputs)
    assert seen[0] == seen[1]
