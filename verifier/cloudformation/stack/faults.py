"""Failures that a trial injects on purpose, so that a rollback's permissions are seen too."""

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass

INJECTED_LOGICAL_ID = "VerifierInjectedFailure"
INJECTED_TYPE = "AWS::CloudFormation::WaitCondition"
INJECTED_REASON = "verifier: injected failure"
# What AWS says of a wait condition that was not signalled (source: cfn-wait-condition-timed-out).
TIMED_OUT = "WaitCondition timed out."


class Siblings:
    """A wave as AWS goes through it: in no order, and its first failure cancels what is not done yet.

    (sources: cfn-siblings-cancelled, cfn-sibling-update-cancelled) The order of each wave is another one;
    all follow from ``seed``.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._waves = itertools.count()

    def order(self, names: Iterable[str]) -> list[str]:
        """``names`` in the order of the next wave."""
        shuffled = sorted(names)
        random.Random(f"{self._seed}:{next(self._waves)}").shuffle(shuffled)
        return shuffled


@dataclass
class Faults:
    """Which failures to inject; may be set between two requests.

    ``fail_last_wave``: the stack operation that carries a template given by TemplateURL (the
    compiled service template; never the core stack) fails after its last wave. Without ``siblings`` a
    wave goes on after a failure, so that all of them are told.
    """

    fail_last_wave: bool = False
    siblings: Siblings | None = None
