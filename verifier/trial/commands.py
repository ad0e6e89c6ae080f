"""Phases that run the tool's other commands on a stack that stands; they are run only where they are named.

Those that leave the stack as it is pass with the request by which a command does its work: another run of
the tool for each function, so that none stays unproven. ``rollback`` must bring the stack to another end.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from verifier.errors import InputError
from verifier.service.functions import named_functions
from verifier.service.revision import revise_functions
from verifier.trial import phases
from verifier.trial.interface import PhaseResult
from verifier.trial.life import Life
from verifier.trial.phases import PHASES, run_command
from verifier.trial.problems import Expected
from verifier.trial.proof import Proof

_AFTER = {
    # The first three rest on what the last whole packaging left, which packaging a function takes away.
    "redeploy": ("info", "logs", "invoke", "deploy-function"),
    # Last: what it brings back would be no change for a phase that goes back to it, too.
    "rollback-update": ("rollback-command",),
}
COMMANDS = tuple(command for commands in _AFTER.values() for command in commands)
"""The phases of this module, in life's order."""
_OPTIONAL = f"{', '.join(PHASES)}; or besides {', '.join(COMMANDS)}"
# The framework's stacks tell their deployment bucket, be it their own or another one.
_BUCKET = "ServerlessDeploymentBucketName"

_SHOWN = Expected(calls=("cloudformation:ListStackResources",))
_READ = Expected(calls=("logs:FilterLogEvents",))
_INVOKED = Expected(calls=("lambda:Invoke",))
# A function of an image that is the same has nothing but its configuration to be changed.
_UPDATED = Expected(calls=("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"))
_BACK = Expected(("UPDATE_COMPLETE",), update=True, compiled=True)


def parse_phases(text: str | None) -> tuple[str, ...]:
    """``--phases deploy,logs,remove`` as a tuple in life's order. Raises InputError for an unknown word."""
    wanted = [word.strip() for word in (text or "").split(",") if word.strip()]
    commands = [word for word in wanted if word in COMMANDS]
    if any(word not in (*PHASES, *COMMANDS) for word in wanted):
        raise InputError(f"--phases {text}: give some of {_OPTIONAL}")
    if not commands:
        return phases.parse_phases(text)
    for phase, before in {**dict.fromkeys(COMMANDS, "deploy"), "rollback-command": "redeploy"}.items():
        if phase in commands and before not in wanted:
            raise InputError(f"--phases {text}: {phase} needs {before} before it")
    lasting = phases.parse_phases(",".join(word for word in wanted if word in PHASES))
    return tuple(phase for phase in _in_order() if phase in (*lasting, *commands))


def _in_order() -> Iterator[str]:
    for phase in PHASES:
        yield phase
        yield from _AFTER.get(phase, ())


def run_phase(life: Life, phase: str) -> PhaseResult:
    """Run one phase, of these or of phases.py.

    Raises InconclusiveError when stacks do not settle, InputError for a phase that cannot be of the service.
    """
    step = _STEPS.get(phase)
    return step(life, phase) if step else phases.run_phase(life, phase)


def _deploy_function(life: Life, phase: str) -> PhaseResult:
    """The tool leaves a function alone of which nothing was changed."""
    functions = _functions(life, phase)
    revise_functions(life.copy)
    return _each(life, phase, [("deploy", "function", "--function", name) for name in functions], _UPDATED)


def _info(life: Life, phase: str) -> PhaseResult:
    return run_command(life, phase, ("info",), _SHOWN)


def _logs(life: Life, phase: str) -> PhaseResult:
    functions = _functions(life, phase, "function that writes a log", without="disableLogs")
    made = tuple(filter(None, (_begin_log(life, one) for one in functions.values())))
    result = _each(life, phase, [("logs", "--function", name) for name in functions], _READ)
    note = f"made by the administrator, as no function has run: a log stream in {', '.join(made)}"
    return replace(result, notes=(*result.notes, note)) if made else result


def _invoke(life: Life, phase: str) -> PhaseResult:
    functions = _functions(life, phase)
    commands = [("invoke", "--function", name, "--data", "{}") for name in functions]
    result = _each(life, phase, commands, _INVOKED)
    return replace(result, notes=(*result.notes, *life.room.about_invoking))


def _rollback(life: Life, phase: str) -> PhaseResult:
    timestamps = _deployments(life, phase)
    if len(timestamps) < 2:
        raise InputError(
            f"--phases {phase}: the deployment bucket keeps no earlier deployment of {life.own_stack.name}; "
            "give deploymentBucket a higher maxPreviousDeploymentArtifacts, or leave the phase out"
        )
    return run_command(life, phase, ("rollback", "--timestamp", timestamps[0]), _BACK)


_STEPS: Mapping[str, Callable[[Life, str], PhaseResult]] = {
    "deploy-function": _deploy_function,
    "info": _info,
    "logs": _logs,
    "invoke": _invoke,
    "rollback-command": _rollback,
}


def _functions(
    life: Life, phase: str, what: str = "function", *, without: str = ""
) -> dict[str, dict[str, Any]]:
    named = named_functions(life.copy)
    functions = {name: settings for name, settings in named.items() if not settings.get(without)}
    if not functions:
        raise InputError(f"--phases {phase}: the service has no {what}; leave the phase out")
    return functions


def _each(life: Life, phase: str, commands: Sequence[Sequence[str]], expected: Expected) -> PhaseResult:
    """Run all, so that one refusal hides no other; it passes when each has."""
    results = [run_command(life, phase, command, expected) for command in commands]
    last = next((one for one in results if one.problem), None)
    last = last or next((one for one in results if not one.passed), results[-1])
    passed = all(one.passed for one in results)
    return replace(
        last,
        seconds=sum(one.seconds for one in results),
        asked=tuple(item for one in results for item in one.asked),
        denials=len({(item.action, item.resource) for one in results for item in one.asked if item.refused}),
        tool_runs=len(results),
        notes=tuple(dict.fromkeys(note for one in results for note in one.notes)),
        warnings=tuple(dict.fromkeys(line for one in results for line in one.warnings)),
        passed=passed,
        proof=_sum([one.proof for one in results if one.proof]) if passed else None,
    )


def _sum(proofs: Sequence[Proof]) -> Proof:
    return replace(proofs[-1], requests=sum(proof.requests for proof in proofs))


def _begin_log(life: Life, function: Mapping[str, Any]) -> str | None:
    """A log stream for ``logs``, which takes a log without one for an error; None where there is no log."""
    from botocore.exceptions import ClientError

    client, group = _admin(life, "logs"), f"/aws/lambda/{function.get('name')}"
    try:
        if client.describe_log_streams(logGroupName=group, limit=1)["logStreams"]:
            return None
        client.create_log_stream(logGroupName=group, logStreamName="verifier")
    except ClientError:
        return None  # the tool says in its own words what it lacks
    return group


def _deployments(life: Life, phase: str) -> list[str]:
    """The timestamps of the deployments that the bucket keeps, the oldest first."""
    of_service = re.compile(
        rf"(?:.*/)?{re.escape(life.identity['service'])}/{re.escape(life.identity['stage'])}"
        r"/(\d+)-[^/]+/compiled-cloudformation-template\.json"
    )
    pages = _admin(life, "s3").get_paginator("list_objects_v2").paginate(Bucket=_bucket(life, phase))
    found = {of_service.fullmatch(one["Key"]) for page in pages for one in page.get("Contents", ())}
    return sorted({one[1] for one in found if one}, key=int)


def _bucket(life: Life, phase: str) -> str:
    [stack] = _admin(life, "cloudformation").describe_stacks(StackName=life.own_stack.name)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
    if _BUCKET not in outputs:
        raise InputError(f"--phases {phase}: the stack has no output {_BUCKET}; leave the phase out")
    return str(outputs[_BUCKET])


def _admin(life: Life, service: str) -> Any:
    return life.room.admin(service, life.own_stack.region or None)
