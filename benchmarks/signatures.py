"""What checking signatures costs, in laps: the same phases of the same service without authorization.

Laps with the check and without it alternate in one run. As they differ by less than two laps do from each
other, the time within the check is told as well, as a share of its own lap: that is what may be 5 %.

    python -m benchmarks.signatures [SERVICE] [PAIRS]
"""

import statistics
import sys
import time
from typing import Any
from unittest.mock import patch

from benchmarks.converge import lap, seconds, warm_trials
from verifier.gateway.authentication import authenticate

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
    ratios, shares = [], []
    with warm_trials() as (trials, pairs):
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
    share = statistics.median(shares)
    print(f"with / without: median {statistics.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}")
    print(f"the check's share of a lap: median {share:.2%} (at most {ALLOWED_SHARE:.0%})")
    return 0 if share <= ALLOWED_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
