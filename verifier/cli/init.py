"""``verifier init``: a service's first baseline, with all that its repository needs to keep it true."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.baseline import LIFE_SECONDS, add_life_options
from verifier.cli.output import Result
from verifier.cli.values import allowed_host, variable
from verifier.errors import ExitCode, InputError, UnavailableError

if TYPE_CHECKING:
    from verifier.baseline.workflow import Workflow

WORKFLOWS = ("github", "gitlab", "none")

_DESCRIPTION = """\
Converges SERVICE and writes baseline/policy.json and baseline/evidence.json beside its configuration. What
must be there beforehand and is not is made up, written into verifier.yml where there is none, and tried once
more from there. Writes a workflow at the root of the repository that checks the baseline on each pull request
and each night, or adds the service to the one that it wrote for another. Nothing else is written over. At the
end it says what is left to do."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "init", help="a first baseline, and a workflow that keeps it true", description=_DESCRIPTION
    )
    parser.add_argument("service", type=Path, metavar="SERVICE", help="the folder with serverless.yml")
    parser.add_argument("--workflow", choices=WORKFLOWS, default="github", help="for which CI")
    parser.add_argument(
        "--no-baseline", action="store_true", help="run nothing; say the command that makes the baseline"
    )
    add_life_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Write what is lacking. Raises InputError before anything is run where a file is there already."""
    from verifier.baseline.files import EVIDENCE, FOLDER, POLICY, update_command
    from verifier.service.fixtures import FILE
    from verifier.service.service import load_service

    load_service(args.service)
    update = update_command(args.service, _given(args, alone=True))
    _workflow(args)
    baseline = [args.service / FOLDER / name for name in (POLICY, EVIDENCE)]
    for path in baseline:
        if path.exists() and not args.no_baseline:
            raise InputError(f"{path}: is there already; make it anew with {update}, or give --no-baseline")
    lines = []
    if not args.no_baseline:
        had = (args.service / FILE).exists()
        row = _first(args, stderr, had=had)
        if row["exitCode"]:
            return Result(ExitCode(row["exitCode"]), _why(row))
        lines += [f"written: {path}" for path in baseline]
        lines += [] if had or not (args.service / FILE).exists() else [f"written: {args.service / FILE}"]
    # Anew: another service may have been added meanwhile.
    wanted = _workflow(args)
    lines += _written(wanted)
    lines += [f"next: {step}" for step in _steps(update if args.no_baseline else "", wanted)]
    return Result(ExitCode.OK, "".join(f"{line}\n" for line in lines), kept=True)


def _workflow(args: argparse.Namespace) -> "Workflow | None":
    from verifier.baseline.workflow import workflow

    return None if args.workflow == "none" else workflow(args.workflow, args.service, _given(args))


def _given(args: argparse.Namespace, *, alone: bool = False) -> list[str]:
    """The options that a check needs as well, without values of variables.

    ``alone``: those, too, that are only of this service or of this machine.
    """
    words = [f"--timeout={args.timeout:g}"] if args.timeout != LIFE_SECONDS else []
    words += [f"--allow-host={allowed_host(host)}" for host in args.allow_host]
    words += [f"--env={variable(one)[0]}" for one in args.env]
    if alone:
        words += [f"--frameworks={args.frameworks}"] if args.frameworks is not None else []
        words += [f"--run-as={args.run_as}"] if args.run_as is not None else []
    return list(dict.fromkeys(words))


def _written(wanted: "Workflow | None") -> list[str]:
    from verifier.loop.journal import write_whole

    if wanted is None or wanted.text == wanted.was:
        return []
    if wanted.was is None:
        write_new(wanted.path, wanted.text)
        return [f"written: {wanted.path}"]
    write_whole(wanted.path.resolve(), wanted.text, "a repository")
    return [f"added to: {wanted.path}"]


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there. Raises InputError where it is, UnavailableError where it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{path}: is there already; take it away") from None
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}; make it a place that can be written") from None


def _first(args: argparse.Namespace, stderr: TextIO, *, had: bool) -> dict[str, Any]:
    """The row of the first baseline; ``had``: a verifier.yml is there, and so nothing is made up."""
    from verifier.baseline.start import prerequisites
    from verifier.cli.one_service import make
    from verifier.service.fixtures import FILE

    plain = argparse.Namespace(**{**vars(args), "seed": None})
    if had:
        return make(plain, args.service, stderr)[0]
    row, seeded = make(argparse.Namespace(**{**vars(args), "seed": "auto"}), args.service, stderr)
    if row["exitCode"] or not seeded:
        return row
    write_new(args.service / FILE, prerequisites(seeded))
    return make(plain, args.service, stderr)[0]


def _why(row: dict[str, Any]) -> str:
    from verifier.baseline.text import text

    return text([row])


def _steps(update: str, wanted: "Workflow | None") -> list[str]:
    steps = [update] if update else []
    steps.append("look at what was written, and commit it")
    return [*steps, *wanted.by_hand] if wanted is not None else steps
