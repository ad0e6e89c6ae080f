"""The command: every target, or those that are named, each for so many seconds."""

import argparse
import contextlib
import io
import sys
import time

from tools.fuzz.engine import broken_by, corpus, fuzz
from tools.fuzz.targets import TARGETS


def main() -> int:
    """Exit 1 when an input broke a target; it is written to standard output, as bytes."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all without")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each target")
    parser.add_argument("--inputs", type=int, default=0, help="at least so many for each target")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats the same inputs")
    parser.add_argument("--engine", choices=("own", "atheris"), default="own")
    args = parser.parse_args()
    names = args.targets or list(TARGETS)
    if args.engine == "atheris":
        return _with_atheris(names[0])
    failed = 0
    for name in names:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            tried, broken = fuzz(TARGETS[name], corpus(name), args.seconds, args.seed, args.inputs)
        print(f"{name}: {tried} inputs, seed {args.seed}: {broken.how if broken else 'ok'}", file=sys.stderr)
        if broken:
            failed += 1
            print(repr(broken.data))
    print(f"{len(names) - failed} passed, {failed} failed", file=sys.stderr)
    return min(failed, 1)


def _with_atheris(name: str) -> int:
    """Coverage-guided, where `pip install atheris` works; it never ends by itself."""
    import atheris

    target = TARGETS[name]
    with atheris.instrument_imports(include=["verifier"]):
        for data in corpus(name):
            broken_by(target, data)

    def one(data: bytes) -> None:
        how = broken_by(target, data)
        if how:
            raise AssertionError(how)

    atheris.Setup([sys.argv[0]], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
