"""Writes down which calls the handlers make in the lives of tests/cases/handlers.

    python -m tools.record_handler_calls [TYPE ...]

writes tests/cases/handlers/calls/CASE.json for each case of the types (all of them without an argument)
and prints what has changed. Read that before it is committed: the tests hold the handlers to these files.
"""

import difflib
import sys

from tests.support.lives.account import furnished
from tests.support.lives.case import cases
from tests.support.lives.desk import identity
from tests.support.lives.life import Life, live_all
from tests.support.lives.written import CALLS, LIVED_IN, written
from verifier.cloudformation.handlers import handlers
from verifier.emulator.upstream import MotoUpstream


def main(arguments: list[str]) -> int:
    """Record the types named; 2 for one without a handler."""
    unknown = sorted(set(arguments) - set(handlers()))
    if unknown:
        print(f"no handler of {', '.join(unknown)}", file=sys.stderr)
        return 2
    account = furnished(MotoUpstream(), place=identity(LIVED_IN))
    for type_name in arguments or sorted(handlers()):
        for life in live_all(account, type_name).lives:
            _record(life)
    known = {case.name for case in cases()}
    for file in CALLS.glob("*.json"):
        if file.stem not in known:
            print(f"{file.name}: its case is gone")
            file.unlink()
    return 0


def _record(life: Life) -> None:
    file = CALLS / f"{life.case.name}.json"
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    after = written(life)
    if before == after:
        return
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), file.name, file.name, lineterm="", n=1
    )
    print("\n".join(lines))
    CALLS.mkdir(exist_ok=True)
    file.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
