"""How what a converge has found differs from the baseline that is committed beside the service."""

import argparse
from typing import TYPE_CHECKING, Any

from verifier.errors import InputError

if TYPE_CHECKING:
    from verifier.cli.setup import Setup
    from verifier.loop.converge import Convergence
    from verifier.report.progress import Progress


def since_baseline(
    args: argparse.Namespace, setup: "Setup", result: "Convergence", progress: "Progress"
) -> dict[str, Any]:
    """The result's "drift", as a check's row has it; nothing where there is no baseline or no whole life.

    A baseline that cannot be used is told in a line, and ends nothing.
    """
    from verifier.baseline.announced import with_announced
    from verifier.baseline.drift import compare
    from verifier.baseline.files import FOLDER, POLICY, read_baseline
    from verifier.baseline.gather import LifeUnder, gather
    from verifier.baseline.made_with import made_with
    from verifier.baseline.tools import tool_of

    folder = setup.service.folder
    if not (folder / FOLDER / POLICY).is_file() or not _is_comparable(args, result):
        return {}
    try:
        baseline = read_baseline(folder)
    except InputError as error:
        progress.say(f"note: not compared with the baseline: {error}")
        return {}
    tool = tool_of(setup.framework, args.framework, folder)
    life = LifeUnder(tool, result.findings)
    seen = gather(setup.service.label, [life], made_with(setup.service, [tool]))
    drift = compare(baseline, with_announced(baseline.evidence, seen))
    return {
        "drift": {
            "came": [item.as_dict() for item in drift.came],
            "went": [item.as_dict() for item in drift.went],
            "changed": list(drift.changed),
            "announced": list(drift.announced),
        }
    }


def _is_comparable(args: argparse.Namespace, result: "Convergence") -> bool:
    """Whether it is what a baseline is made of: a whole life, converged as `verifier baseline` does it."""
    from verifier.baseline.check import SCOPE
    from verifier.loop.converge import Verdict

    return (
        result.verdict is Verdict.SUFFICIENT
        and args.target == "embedded"
        and args.scope == SCOPE
        and args.updates == "all"
        and not (args.minimal or args.phases or args.config)
    )
