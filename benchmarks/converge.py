"""How long a converge takes, in laps: the same phases of the same service without authorization.

Laps and converges alternate in one run, so that the ratio holds when the machine's speed drifts.

    python benchmarks/converge.py [SERVICE] [PAIRS]
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from verifier.authorization.authorizer import Mode
from verifier.cli.machine import this_machine
from verifier.framework.find import find_framework
from verifier.loop.converge import Loop, Settings, Verdict
from verifier.loop.journal import Journal
from verifier.loop.recorder import Recorder
from verifier.loop.rounds import Bench, Grants
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget
from verifier.trial.interface import PhaseResult
from verifier.trial.trials import Options, Trials

ROOT = Path(__file__).resolve().parents[1]
ALLOWED_LAPS = 2.4


class _Silent:
    """An observer that says nothing."""

    def round_started(self, number: int, mode: Mode) -> None: ...
    def phase_started(self, phase: str) -> None: ...
    def phase_ended(self, result: PhaseResult) -> None: ...


def lap(trials: Trials) -> None:
    """One life without authorization. Raises SystemExit if a phase fails."""
    with Journal(None) as journal:
        trial = trials.run(Grants(), Mode.OFF, Recorder(_Silent(), journal, 0))
    if not trial.complete:
        raise SystemExit(f"the lap failed: {trial.problem}")


def converge(trials: Trials) -> None:
    """The whole loop, negative control included. Raises SystemExit if it finds no sufficient policy."""
    trials.negative_control()
    with Journal(None) as journal:
        result = Loop(Bench(trials, _Silent(), journal), Settings()).converge()
    if result.verdict is not Verdict.SUFFICIENT:
        raise SystemExit(f"converge failed: {result.reason}")


def seconds(work: Callable[[Trials], None], trials: Trials) -> float:
    """How long ``work`` takes."""
    started = time.perf_counter()
    work(trials)
    return time.perf_counter() - started


@contextmanager
def warm_trials() -> Iterator[tuple[Trials, int]]:
    """The trials of the service, and the number of pairs, that the command line names; one lap is over."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "sample_services" / "http-api"
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    service = load_service(folder)
    target = EmbeddedTarget(region="us-east-1")
    try:
        trials = Trials(target, service, find_framework(service, this_machine()), Options())
        lap(trials)  # not counted: file caches and lazily loaded models
        yield trials, pairs
    finally:
        target.close()


def main() -> int:
    """Time pairs of a lap and a converge; exit 1 if their ratio's median is above what is allowed."""
    laps, converges = [], []
    with warm_trials() as (trials, pairs):
        for number in range(1, pairs + 1):
            laps.append(seconds(lap, trials))
            converges.append(seconds(converge, trials))
            print(f"pair {number}: lap {laps[-1]:.2f} s, converge {converges[-1]:.2f} s", file=sys.stderr)
    ratios = [whole / one for whole, one in zip(converges, laps, strict=True)]
    print(f"lap       median {statistics.median(laps):.2f} s")
    print(f"converge  median {statistics.median(converges):.2f} s")
    print(
        f"converge / lap: median {statistics.median(ratios):.2f}, "
        f"{min(ratios):.2f} to {max(ratios):.2f}, of {pairs} pairs (at most {ALLOWED_LAPS})"
    )
    return 0 if statistics.median(ratios) <= ALLOWED_LAPS else 1


if __name__ == "__main__":
    sys.exit(main())
