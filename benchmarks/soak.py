"""Many laps in one process: memory, threads, open files and temporary folders must stay what they are.

.venv/bin/python benchmarks/soak.py [LAPS [REAL_EVERY]]

Runs 100 laps of sample_services/http-api, each a whole life without authorization in a fresh account. In most
of them recorded calls stand in for the command-line tool (tests/support/replay.py); each 25th has the real
one (REAL_EVERY; 0 for none). Prints what the process holds after each tenth lap, and exits 1 when it holds
more at the end: memory that grows by more than ALLOWED_KILOBYTES a lap, and of the rest a single one more.
"""

import gc
import statistics
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.replay import Unheard, embedded_target, replayed_trials  # noqa: E402
from tools.record_calls import SERVICE  # noqa: E402
from verifier.authorization.authorizer import Mode  # noqa: E402
from verifier.cli.machine import this_machine  # noqa: E402
from verifier.framework.find import find_framework  # noqa: E402
from verifier.loop.rounds import Grants  # noqa: E402
from verifier.scratch import scratch  # noqa: E402
from verifier.service.service import load_service  # noqa: E402
from verifier.targets.embedded import EmbeddedTarget  # noqa: E402
from verifier.trial.trials import Options, Trials  # noqa: E402

ALLOWED_KILOBYTES = 150.0
"""So much memory may come with each lap, of which the patterns that hide its keys are some 40; in 1,000 laps
that makes 150 MB."""
SAMPLED = 10


@dataclass(frozen=True)
class Sample:
    """What this process holds after a lap; memory in kilobytes."""

    lap: int
    memory: int
    threads: int
    handles: int
    folders: int


def sample(lap: int) -> Sample:
    """What is held now, garbage aside; Linux only."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    handles = sum(1 for _ in Path("/proc/self/fd").iterdir())
    folders = sum(1 for path in scratch().rglob("*") if path.is_dir())
    return Sample(lap, pages * 4, threading.active_count(), handles, folders)


def soak(laps: int, real_every: int = 0, sampled: int = SAMPLED) -> Iterator[Sample]:
    """Run ``laps`` laps; a sample after each ``sampled`` of them. Raises SystemExit if a lap fails."""
    with embedded_target() as target:
        replayed = replayed_trials(target)
        real = _real_trials(target) if real_every else replayed
        for lap in range(1, laps + 1):
            _lap(real if real_every and lap % real_every == 0 else replayed)
            if lap % sampled == 0:
                yield sample(lap)


def grown(samples: Sequence[Sample]) -> list[str]:
    """What there is more of at the end, in words.

    The first quarter of the samples does not count: models are loaded, pools filled.
    """
    counted = samples[len(samples) // 4 :]
    found = []
    slope = statistics.linear_regression([one.lap for one in counted], [one.memory for one in counted]).slope
    if slope > ALLOWED_KILOBYTES:
        found.append(f"memory: {slope:.0f} kB more with each lap (at most {ALLOWED_KILOBYTES:.0f})")
    held: dict[str, Callable[[Sample], int]] = {
        "threads": lambda one: one.threads,
        "open files": lambda one: one.handles,
        "temporary folders": lambda one: one.folders,
    }
    for name, of in held.items():
        first, *rest = map(of, counted)
        # What grows does so for good; what only comes and goes is back in one of the samples.
        if rest and min(rest[len(rest) // 2 :]) > first:
            found.append(f"{name}: {first} after lap {counted[0].lap}, {of(counted[-1])} at the end")
    return found


def main() -> int:
    """Soak, print, judge."""
    laps = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    real_every = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    samples = []
    print("  lap  memory MB  threads  open files  temporary folders", flush=True)
    for one in soak(laps, real_every):
        samples.append(one)
        megabytes = one.memory / 1000
        row = f"{one.lap:5}  {megabytes:9.1f}  {one.threads:7}  {one.handles:10}  {one.folders:17}"
        print(row, flush=True)
    problems = grown(samples)
    for problem in problems:
        print(f"grown: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _lap(trials: Trials) -> None:
    trial = trials.run(Grants(), Mode.OFF, Unheard())
    if not trial.complete:
        raise SystemExit(f"the lap failed: {trial.problem}")


def _real_trials(target: EmbeddedTarget) -> Trials:
    service = load_service(SERVICE)
    return Trials(target, service, find_framework(service, this_machine()), Options())


if __name__ == "__main__":
    sys.exit(main())
