"""What an account taught, for the model's maintainers: no names, no ids and no account are in it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from verifier import __version__
from verifier.authorization.weights import Word
from verifier.cloudformation.types import registry
from verifier.framework.framework import Framework
from verifier.gateway.dialect import service_model
from verifier.grant.evidence import Asked
from verifier.iam import catalog
from verifier.loop.converge import Verdict
from verifier.loop.on_aws import AwsConvergence
from verifier.loop.rounds import Round

_HEAD = """\
# What a run of the verifier in a sandbox account taught of permissions. Nothing else of the run is in it.
# A maintainer adds `says`, without operation and phase, to a source in verifier/authorization/sources.yaml;
# rows without a type are of the tool's own requests. `in` of what was refused is what CloudFormation was at
# with the resource: it reads while it creates, too. `swallowed`: refused, and the phase went on without it.
# `weak`: refused in a phase that failed, and only CloudTrail tells of it. `not needed`: the embedded emulator
# asks for it, and the whole life passed without it."""
_ACTION = re.compile(r"[a-z][a-z0-9-]*:[A-Za-z]+")
_FRAMEWORKS = ("osls", "serverless")
_VERSION = re.compile(r"\d+(\.\d+)*")


@dataclass(frozen=True, order=True)
class _Lesson:
    """One row; ``type`` and ``lifecycle`` are empty for a request of the tool's own."""

    type: str
    lifecycle: str
    action: str
    operation: str
    phase: str
    word: Word
    weak: bool = False

    def __str__(self) -> str:
        about = f", type: {self.type}, in: {self.lifecycle}" if self.type else ""
        end = ", weak: true" if self.weak else ""
        operation = f', operation: "{self.operation}"' if self.operation else ""
        return f'- {{{self.word}: "{self.action}"{about}{operation}, phase: {self.phase}{end}}}'


def contribution(converged: AwsConvergence, framework: Framework, day: date, *, cloudtrail: bool) -> str:
    """The YAML text; empty where no whole life passed, or nothing was learnt of what the model knows not.

    The same run gives the same text, whatever the order in which things happened.
    """
    result = converged.result
    if result.verdict is not Verdict.SUFFICIENT:
        return ""
    kept = [item for finding in result.findings for item in finding.asked]
    refused = {*_lessons((item, *_word(item, result.rounds)) for item in kept if item.refused)}
    # Nothing is said against what was granted there, or refused to a resource of the type.
    allowed = {
        (one.type, one.lifecycle, one.action) for one in _lessons((item, Word.NEEDED) for item in kept)
    }
    missed = {(one.type, one.action) for one in refused}
    unneeded = _lessons((item, Word.NOT_NEEDED) for one in converged.not_needed for item in one.asked)
    lessons = refused | {
        one
        for one in unneeded
        if (one.type, one.lifecycle, one.action) not in allowed and (one.type, one.action) not in missed
    }
    if not lessons:
        return ""
    phases = ", ".join(phase.phase for phase in result.rounds[-1].trial.phases)
    return "\n".join(
        [
            _HEAD,
            f"seen: {day.isoformat()}",
            f'verifier: "{__version__}"',
            f'frameworks: ["{_named(framework)}"]',
            f"phases: [{phases}]",
            f"cloudtrail: {'true' if cloudtrail else 'false'}",
            "says:",
            *map(str, sorted(lessons)),
            "",
        ]
    )


def _word(item: Asked, rounds: Iterable[Round]) -> tuple[Word, bool]:
    """What a refusal says of the permission, and whether it leaves that open."""
    if not item.unnoticed:
        return Word.NEEDED, False
    phases = (phase for one in rounds for phase in one.trial.phases)
    went_on = any(phase.exit_code == 0 and item in phase.asked for phase in phases)
    return (Word.SWALLOWED, False) if went_on else (Word.NEEDED, True)


def _lessons(said: Iterable[tuple[Any, ...]]) -> Iterator[_Lesson]:
    """A row for each that can be told without telling anything of the service.

    ``said`` has what was asked, the word, and perhaps whether that leaves it open.
    """
    for item, word, *weak in said:
        about = item.on_behalf_of
        # A type of somebody's own has a name of somebody's own.
        if not _is_public(item) or (about is not None and registry.entry(about.type) is None):
            continue
        operation = item.operation if _is_operation(item.operation) else ""
        yield _Lesson(
            about.type if about else "",
            about.lifecycle if about else "",
            catalog.canonical(item.action) or item.action,
            operation,
            item.phase,
            word,
            any(weak),
        )


def _is_public(item: Asked) -> bool:
    """Whether the action is one of a service of AWS's, of which the catalogue may not know all."""
    if catalog.action_exists(item.action):
        return True
    service = item.action.partition(":")[0]
    return _ACTION.fullmatch(item.action) is not None and service in catalog.services()


def _is_operation(text: str) -> bool:
    service, _, name = text.partition(":")
    model = service_model(service)
    return model is not None and name in model.operation_names


def _named(framework: Framework) -> str:
    """Name and version; a tool of the user's own has names of the user's own."""
    version = _VERSION.match(framework.version)
    known = framework.name in _FRAMEWORKS and version is not None
    return f"{framework.name} {version[0]}" if known and version else "another"
