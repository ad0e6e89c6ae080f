"""The lives of one service under each of the tools that its baseline is of."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from verifier.cli.setup import add_trial_options, prepare, reporting, running
from verifier.errors import InconclusiveError, InputError, NotConvergedError, UnavailableError

if TYPE_CHECKING:
    from verifier.baseline.check import Seen
    from verifier.baseline.evidence import BaselineEvidence, Tool
    from verifier.loop.rounds import Bench
    from verifier.service.service import Service

Life = Callable[["Bench", "Tool"], "Seen"]
"""What is done under one tool, and what came of it."""
# What keeps one tool from being run, and says nothing of the others.
_OF_ONE_TOOL = (InputError, UnavailableError, InconclusiveError, NotConvergedError)


@dataclass(frozen=True)
class Lived:
    """What came of the lives of ``service``, one under each tool."""

    service: "Service"
    seen: "tuple[Seen, ...]"

    @property
    def passed(self) -> "tuple[Seen, ...]":
        """Those that passed."""
        return tuple(one for one in self.seen if one.life is not None)

    @property
    def failed(self) -> "Seen | None":
        """Why nothing is said under some tools, in one; None where each life passed."""
        failed = [one for one in self.seen if one.life is None]
        return replace(failed[0], reason="; ".join(one.reason for one in failed)) if failed else None

    def evidence(self) -> "BaselineEvidence":
        """That of all lives that passed."""
        from verifier.baseline.gather import gather
        from verifier.baseline.made_with import made_with

        passed = [one.life for one in self.seen if one.life is not None]
        made = made_with(self.service, [life.tool for life in passed])
        return gather(self.service.label, passed, made)


def live(
    args: argparse.Namespace, folder: Path, wanted: Sequence[str], stderr: TextIO, life: Life, *, each: bool
) -> Lived:
    """``life`` under each of ``wanted``; unless ``each``, no more after one that did not pass.

    Raises what a converge raises: with ``each`` only where no tool could be run.
    """
    from verifier.baseline.check import Seen

    seen: list[Seen] = []
    service: Service | None = None
    errors = []
    for one in wanted:
        arguments = _trial_arguments(args, folder, one)
        try:
            service, found = _one_life(arguments, stderr, life, seen, several=len(wanted) > 1)
        except _OF_ONE_TOOL as error:
            if not each or isinstance(error, _AmbiguousError):
                raise
            errors.append(error)
            found = Seen(code=error.exit_code, reason=f"under {one}: {error}")
        seen.append(found)
        if found.life is None and not each:
            break
    if service is None or len(errors) == len(seen):
        raise errors[0]
    return Lived(service, tuple(seen))


class _AmbiguousError(InputError):
    """Two words for one tool, in two versions."""


def _one_life(
    args: argparse.Namespace, stderr: TextIO, life: Life, seen: "Sequence[Seen]", *, several: bool
) -> "tuple[Service, Seen]":
    """What came of ``life`` under one tool; ``seen`` are those before. Of ``several`` it is named."""
    from verifier.baseline.tools import tool_of
    from verifier.loop.rounds import Bench

    setup = prepare(args, stderr)
    tool = tool_of(setup.framework, args.framework, setup.service.folder)
    found = _former(seen, tool)
    if found is None:
        with (
            reporting(args, stderr) as (journal, progress),
            running(setup, args, journal, progress) as trials,
        ):
            found = life(Bench(trials, progress, journal), tool)
    if found.life is None and several:
        found = replace(found, reason=f"under {tool.name} {tool.version}: {found.reason}")
    return setup.service, found


def _former(seen: "Sequence[Seen]", tool: "Tool") -> "Seen | None":
    """What came of ``tool`` under other words: auto may be just what another word names.

    Raises InputError for another version that goes by the same name.
    """
    for one in seen:
        if one.life is not None and one.life.tool.label == tool.label:
            if replace(one.life.tool, wanted=tool.wanted) == tool:
                return replace(one, life=replace(one.life, tool=tool))
            raise _AmbiguousError(
                f"--frameworks: {tool.wanted} is {tool.label} once more; give one of each major version"
            )
    return None


def wanted_tools(args: argparse.Namespace, folder: Path, then: "BaselineEvidence | None") -> list[str]:
    """By which words tools are asked for: those that somebody gave, else the baseline's, else auto.

    Raises InputError for an option that names none.
    """
    from verifier.baseline.tools import wanted_again

    if args.frameworks is None:
        return [wanted_again(tool, folder) for tool in then.made_with.tools] if then else ["auto"]
    wanted = list(dict.fromkeys(word.strip() for word in args.frameworks.split(",") if word.strip()))
    if not wanted:
        raise InputError("--frameworks: give auto, NAME@VERSION or PATH, separated by commas")
    return wanted


def _trial_arguments(args: argparse.Namespace, folder: Path, framework: str) -> argparse.Namespace:
    """The options of trials, those that nobody gave as a converge has them."""
    parser = argparse.ArgumentParser()
    add_trial_options(parser)
    given = [*_trial_words(args), *(word for one in args.env for word in ("--env", one))]
    known = argparse.Namespace(redaction=args.redaction, aws_settings=args.aws_settings)
    return parser.parse_args([*given, f"--framework={framework}", "--", str(folder)], known)


def options_of(args: argparse.Namespace) -> list[str]:
    """The options of a command on one service, without the values of variables."""
    names = [word for one in args.env for word in ("--env", one.partition("=")[0])]
    frameworks = [] if args.frameworks is None else ["--frameworks", args.frameworks]
    return [*_trial_words(args), *names, *frameworks]


def _trial_words(args: argparse.Namespace) -> list[str]:
    words = [f"--timeout={args.timeout}", *(f"--allow-host={host}" for host in args.allow_host)]
    words += [f"--run-as={args.run_as}"] if args.run_as is not None else []
    return words + ([f"--seed={args.seed}"] if args.seed else [])
