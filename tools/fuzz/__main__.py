"""The command: every target, or those that are named, each for so many seconds in a process of its own."""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tools.fuzz.engine import CORPUS, broken_by, corpus
from tools.fuzz.run import Order, fuzzed
from tools.fuzz.targets import TARGETS


def main() -> int:
    """Exit 1 when an input broke a target; it is written to standard output, as bytes."""
    args = _parser().parse_args()
    names = args.targets or list(TARGETS)
    if args.engine == "atheris":
        return _with_atheris(names[0], args.seconds)
    order = Order(args.engine, args.seconds, args.inputs, args.seed)
    failed = 0
    with ProcessPoolExecutor(args.jobs, max_tasks_per_child=1) as pool:
        for name, (line, broken) in zip(names, pool.map(partial(fuzzed, order), names), strict=True):
            print(f"{name}: {line}, seed {args.seed}: {broken.how if broken else 'ok'}", file=sys.stderr)
            if broken:
                failed += 1
                print(repr(broken.data))
    print(f"{len(names) - failed} passed, {failed} failed", file=sys.stderr)
    return min(failed, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all without")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each target")
    parser.add_argument("--inputs", type=int, default=0, help="at least so many for each target and way")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats the same inputs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="targets at a time")
    parser.add_argument(
        "--engine",
        choices=("both", "own", "hypothesis", "atheris"),
        default="both",
        help="bytes changed (own), places of documents filled (hypothesis), half of the time each (both); "
        "guided by coverage (atheris, one target)",
    )
    return parser


def _with_atheris(name: str, seconds: float) -> int:
    """Coverage-guided, where `pip install '.[fuzz]'` works. What breaks the target it writes to a file."""
    import atheris

    target = TARGETS[name]
    with atheris.instrument_imports(include=["verifier"]):
        for data in corpus(name):
            broken_by(target, data)

    def one(data: bytes) -> None:
        how = broken_by(target, data)
        if how:
            raise AssertionError(how)

    found = tempfile.mkdtemp(prefix="fuzz-")
    print(f"{name}: what is found is written to {found}", file=sys.stderr)
    # Its own time limit takes the alarm that ours needs.
    options = (f"-max_total_time={int(seconds)}", "-timeout=0", f"-artifact_prefix={found}/")
    atheris.Setup([sys.argv[0], *options, found, str(CORPUS / name)], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
