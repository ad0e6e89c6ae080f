"""Makes inputs from a corpus, bounds each one in time and memory, and keeps what breaks a target."""

import random
import resource
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.fuzz.targets import Target, attempt

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "fuzz"
MOST_SECONDS = 5
MOST_BYTES = 1024**3
_LONGEST = 64 * 1024
_TOO_SLOW = "took too long, twice"


@dataclass(frozen=True)
class Broken:
    """An input that broke a target, and how."""

    data: bytes
    how: str


class TooSlow(Exception):  # noqa: N818
    """An input took more than ``MOST_SECONDS``."""


def corpus(name: str) -> list[bytes]:
    """The inputs that are kept for a target, in a stable order."""
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def fuzz(
    target: Target, seeds: Sequence[bytes], seconds: float, seed: int, inputs: int = 0
) -> tuple[int, Broken | None]:
    """Try the seeds and then what is made of them; how many were tried, and the first that broke.

    It ends after ``seconds``, but not before ``inputs`` were tried.
    """
    tried, end = 0, time.monotonic() + seconds
    for data in _inputs(target, seeds, random.Random(seed)):
        if tried >= max(len(seeds), inputs) and time.monotonic() > end:
            break
        tried += 1
        if how := broken_by(target, data):
            return tried, Broken(data, how)
    return tried, None


def broken_by(target: Target, data: bytes) -> str:
    """How ``data`` breaks the target; empty when it does not."""
    how = _tried(target, data)
    # The first time it may have been the machine, or what Python loads when it is needed.
    return _tried(target, data) if how == _TOO_SLOW else how


def _tried(target: Target, data: bytes) -> str:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with _limited():
            attempt(target, data)
    except TooSlow:
        return _TOO_SLOW
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    return f"took {grown // 1024**2} MB" if grown > MOST_BYTES else ""


@contextmanager
def _limited() -> Iterator[None]:
    def stop(_number: int, _frame: object) -> None:
        raise TooSlow

    former = signal.signal(signal.SIGALRM, stop)
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def _inputs(target: Target, seeds: Sequence[bytes], chance: random.Random) -> Iterator[bytes]:
    yield from seeds
    words = [word.encode("utf-8", "surrogatepass") for word in target.words]
    pool = list(seeds) or [b""]
    while True:
        data = chance.choice(pool)
        for _ in range(chance.randint(1, 6)):
            data = _changed(data, chance.choice(pool), chance.choice(words), chance)[:_LONGEST]
        yield data


def _changed(data: bytes, other: bytes, word: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(data))
    end = min(len(data), start + chance.choice((0, 1, 2, 8, 64)))
    match chance.randint(0, 5):
        case 0:
            return data[:start] + word + data[start:]
        case 1:
            return data[:start] + word + data[end:]
        case 2:
            return data[:start] + data[end:]
        case 3:
            return data[:start] + bytes(chance.randbytes(end - start)) + data[end:]
        case 4:
            return data[:start] + data[start:end] * chance.choice((2, 3, 200)) + data[end:]
        case _:
            return data[:start] + other[chance.randint(0, len(other)) :]
