"""The command: ``python -m tools.new_type AWS::X::Y``. Exit 2, with one line, for what cannot be drafted."""

import argparse
import sys
from pathlib import Path

from tools.new_type.case import case
from tools.new_type.draft import propose
from tools.new_type.facts import UnknownTypeError, facts
from tools.new_type.life import live
from tools.new_type.placing import place
from tools.new_type.write import ROOT, ExistsError, case_path, case_text, module_path, module_text
from verifier.cloudformation.handlers import handler_for

USAGE = 2
_NEXT = """\
Next: answer what is open in the module, mend the case file, then
    .venv/bin/python -m tools.record_handler_calls {0}
    .venv/bin/python -m tools.types_page
    .venv/bin/pytest -q tests/cloudformation/handlers tests/authorization tests/tools -k '{0} or page'"""


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Draft the type that ``arguments`` name; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.new_type", description="Drafts a resource type.")
    parser.add_argument("type", help="the type, for example AWS::SQS::Queue")
    parser.add_argument("--print", action="store_true", help="show the draft and write nothing")
    options = parser.parse_args(arguments)
    try:
        _draft(options.type, root, show=options.print)
    except (UnknownTypeError, ExistsError) as error:
        print(error, file=sys.stderr)
        return USAGE
    return 0


def _draft(type_name: str, root: Path, *, show: bool) -> None:
    known = facts(type_name)
    module, file = module_path(known.service, root), case_path(type_name, root)
    if not show:
        _refuse_existing(type_name, file)
    draft = propose(known)
    content = case(known, draft)
    place(known, draft, live(draft.kind, content))
    if show:
        print(module_text(known, draft, None), case_text(content), sep="\n", end="")
        return
    text = module_text(known, draft, module.read_text(encoding="utf-8") if module.exists() else None)
    module.write_text(text, encoding="utf-8")
    file.write_text(case_text(content), encoding="utf-8")
    for path in (module, file):
        print(f"wrote {path.relative_to(root)}", file=sys.stderr)
    print(_NEXT.format(type_name), file=sys.stderr)


def _refuse_existing(type_name: str, file: Path) -> None:
    if handler_for(type_name) is not None:
        raise ExistsError(f"{type_name} has a handler already")
    if file.exists():
        raise ExistsError(f"{file.name} is there already")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
