"""One target, with one engine or both, in a process that does nothing else."""

import contextlib
import io
import resource
from dataclasses import dataclass

from tools.fuzz.engine import MOST_BYTES, Broken, corpus, fuzz
from tools.fuzz.made import fuzz_made
from tools.fuzz.targets import TARGETS


@dataclass(frozen=True)
class Order:
    """For how long a target is fuzzed, with what."""

    engine: str
    seconds: float
    inputs: int
    seed: int


def fuzzed(order: Order, name: str) -> tuple[str, Broken | None]:
    """How one target did, in words, and what broke it."""
    target, seeds = TARGETS[name], corpus(name)
    seconds = order.seconds / 2 if order.engine == "both" else order.seconds
    tried, broken = 0, None
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if order.engine != "hypothesis":
            tried, broken = fuzz(target, seeds, seconds, order.seed, order.inputs)
        if order.engine != "own" and broken is None:
            made, broken = fuzz_made(name, target, seeds, seconds, order.seed, inputs=order.inputs)
            tried += made
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if broken is None and peak > MOST_BYTES:
        broken = Broken(b"", "more memory than it may take, in all")
    return f"{tried} inputs, {peak // 1024**2} MB", broken
