"""What checking signatures costs, in laps: the same phases of the same service without authorization.

Laps with the check and without it alternate in one run. As they differ by less than two laps do from each
other, the time within the check is told as well, as a share of its own lap: that is what may be 5 %.

    python -m benchmarks.signatures [SERVICE] [PAIRS]
"""

import statistics
import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.converge import lap, seconds
from verifier.cli.machine import this_machine
from verifier.framework.find import find_framework
from verifier.gateway.authentication import authenticate
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget
from verifier.trial.trials import Options, Trials

ROOT = Path(__file__).resolve().parents[1]
ALLOWED_SHARE = 0.05
_CHECK = "verifier.gateway.door.authenticate"


class Timed:
    """The check, with a clock."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.requests = 0

    def __call__(self, *arguments: Any) -> None:
        """Check, and count."""
        started = time.perf_counter()
        authenticate(*arguments)
        self.seconds += time.perf_counter() - started
        self.requests += 1


def main() -> int:
    """Time pairs of laps; exit 1 if the check takes more of a lap than is allowed."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "sample_services" / "http-api"
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    service = load_service(folder)
    target = EmbeddedTarget(region="us-east-1")
    try:
        trials = Trials(target, service, find_framework(service, this_machine()), Options())
        lap(trials)  # not counted: file caches and lazily loaded models
        ratios, shares = [], []
        for number in range(1, pairs + 1):
            timed = Timed()
            with patch(_CHECK, timed):
                checked = seconds(lap, trials)
            with patch(_CHECK, lambda *_: None):
                unchecked = seconds(lap, trials)
            ratios.append(checked / unchecked)
            shares.append(timed.seconds / checked)
            print(
                f"pair {number}: with the check {checked:.2f} s, without {unchecked:.2f} s; "
                f"{timed.requests} checks took {timed.seconds * 1000:.0f} ms",
                file=sys.stderr,
            )
    finally:
        target.close()
    share = statistics.median(shares)
    print(f"with / without: median {statistics.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}")
    print(f"the check's share of a lap: median {share:.2%} (at most {ALLOWED_SHARE:.0%})")
    return 0 if share <= ALLOWED_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
