"""Records what the real command-line tool asks AWS for in one life of a sample service.

    .venv/bin/python tools/record_calls.py

writes tests/cases/recorded/http-api.json, the tool's own calls run by run, and http-api-permissions.json,
what that life needed. tests/support/replay.py plays them again. No keys and no headers are kept.
"""

import base64
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from verifier.authorization.authorizer import Mode
from verifier.cli.machine import this_machine
from verifier.emulator.http import HttpRequest
from verifier.framework.find import find_framework
from verifier.framework.framework import Framework
from verifier.framework.process import Completed, go_on
from verifier.gateway.door import Exchange, FrontDoor
from verifier.grant.evidence import Asked, Provenance
from verifier.grant.findings import consolidate, findings_of
from verifier.grant.generalise import Scope
from verifier.iam.policy import parse_policy
from verifier.loop.rounds import Grants
from verifier.service.private_copy import PrivateCopy
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget
from verifier.trial.interface import PhaseResult, TrialResult
from verifier.trial.trials import DEFAULT_REGION, Options, Trials

ROOT = Path(__file__).resolve().parents[1]
SERVICE = ROOT / "sample_services" / "http-api"
FRAMEWORK = "osls@4.3.1"
CASES = ROOT / "tests" / "cases" / "recorded"
EVERYTHING = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)

# What is made up anew in each life, by the operation whose answer tells it. In the recording it stands
# as "{bucket}"; an operation's later answers replace its earlier ones.
REFERENCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "bucket": ("cloudformation:DescribeStackResource", ("StackResourceDetail", "PhysicalResourceId")),
    "stackId": ("cloudformation:CreateChangeSet", ("StackId",)),
    "account": ("sts:GetCallerIdentity", ("Account",)),
    "changeSetId": ("cloudformation:CreateChangeSet", ("Id",)),
}
# Asked again and again until something is done: once is enough in a recording.
POLLS = ("cloudformation:DescribeStackEvents", "cloudformation:DescribeChangeSet")
# Said by the client library of itself, not by the tool: the replaying one says its own.
_LIBRARY_PARAMETERS = ("ContentLength", "ContentEncoding")
# The tool's notes for itself, which hold paths of the machine. AWS stores them and looks at none.
_NOTES = "/serverless-state.json"


@dataclass
class Recorder:
    """The calls of the run that goes on, in the order in which they were answered."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run_begins(self, command: str) -> None:
        """The tool is started."""
        self.runs.append({"phase": "", "command": command, "exitCode": None, "calls": []})

    def run_ended(self, exit_code: int | None) -> None:
        """The tool is done."""
        self.runs[-1]["exitCode"] = exit_code

    def answered(self, door: FrontDoor, exchange: Exchange) -> None:
        """One request of the restricted user, and its answer; the administrator's are none of it."""
        caller, operation = exchange.caller, exchange.operation
        if caller is None or operation is None or not self.runs or self.runs[-1]["exitCode"] is not None:
            return
        if "/verifier/" not in caller.arn:
            return
        name = str(operation)
        with self._lock:
            call = {
                "service": operation.service,
                "operation": operation.name,
                "params": self._plain(_own_params(operation.params)),
                # As botocore names the answer to a HEAD, which has no body: by its status.
                "error": exchange.error.code if exchange.error else None,
            }
            self.runs[-1]["phase"] = door.log.phase
            calls = self.runs[-1]["calls"]
            if name in POLLS and calls and _same(calls[-1], call):
                calls.pop()
            calls.append(call)
            if exchange.error is None:
                self._learn(name, exchange.result)

    def _learn(self, operation: str, answer: Mapping[str, Any]) -> None:
        for reference, (teller, path) in REFERENCES.items():
            if teller == operation:
                self._known[reference] = at(answer, path)

    def _plain(self, value: Any) -> Any:
        """``value`` as JSON, with references for what is made up anew."""
        if isinstance(value, Mapping):
            return {key: self._plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        if isinstance(value, bytes):
            return {"base64": base64.b64encode(value).decode()}
        if isinstance(value, str):
            for reference, known in sorted(self._known.items(), key=lambda pair: -len(pair[1])):
                value = value.replace(known, f"{{{reference}}}")
        return value


def at(answer: Mapping[str, Any], path: tuple[str, ...]) -> str:
    """The text at ``path`` in an answer."""
    value: Any = answer
    for key in path:
        value = value[key]
    return str(value)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[key] == other[key] for key in ("service", "operation", "params"))


def _own_params(params: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        key: value
        for key, value in params.items()
        if key not in _LIBRARY_PARAMETERS and not key.startswith("Checksum")
    }
    if str(own.get("Key")).endswith(_NOTES) and "Body" in own:
        own["Body"] = b"{}"
    return own


@dataclass(frozen=True)
class RecordedFramework(Framework):
    """The real tool; the recorder hears when it starts and ends."""

    recorder: Recorder = field(default_factory=Recorder)

    def run(
        self,
        arguments: tuple[str, ...],
        copy: PrivateCopy,
        environment: Mapping[str, str],
        *,
        timeout: float,
        to_stop: Callable[[], str | None] = go_on,
    ) -> Completed:
        """Run the tool in the private copy."""
        self.recorder.run_begins(arguments[0])
        done = super().run(arguments, copy, environment, timeout=timeout, to_stop=to_stop)
        self.recorder.run_ended(done.exit_code)
        return done


class Silent:
    """A listener that has nothing to say."""

    def creating(self, what: str, name: str, **where: str) -> None:
        """Let it be made without a record."""

    def denied(self, asked: Asked, provenance: Provenance) -> None:
        """Let a refusal pass."""

    def phase_started(self, phase: str) -> None:
        """Let a phase begin."""

    def phase_ended(self, result: PhaseResult) -> None:
        """Let a phase end, whatever came of it."""


@contextmanager
def listening(recorder: Recorder) -> Iterator[None]:
    """Everything that the front door answers is heard by ``recorder``."""
    original = FrontDoor.exchange

    def exchange(door: FrontDoor, request: HttpRequest, *, from_within: bool = False) -> Exchange:
        done = original(door, request, from_within=from_within)
        recorder.answered(door, done)
        return done

    with patch.object(FrontDoor, "exchange", exchange):
        yield


def record() -> tuple[dict[str, Any], TrialResult]:
    """One life of the sample with every right: the recording and the trial."""
    service = load_service(SERVICE)
    found = find_framework(service, this_machine(), FRAMEWORK, lambda line: print(line, file=sys.stderr))
    recorder = Recorder()
    framework = RecordedFramework(
        found.name, found.version, found.command, found.environment, recorder=recorder
    )
    with listening(recorder), closing(EmbeddedTarget(region=DEFAULT_REGION)) as target:
        trials = Trials(target, service, framework, Options())
        trial = trials.run(Grants((EVERYTHING,)), Mode.ENFORCE, Silent())
    if not trial.complete:
        raise SystemExit(f"the life did not pass: {trial.problem}")
    seen = trial.provenance
    recording = {
        "framework": {"name": found.name, "version": found.version},
        "service": seen.service,
        "stage": seen.stage,
        "region": seen.region,
        "runs": recorder.runs,
    }
    calls = [json.dumps(call) for run in recorder.runs for call in run["calls"]]
    leaks = [call for call in calls if any(word in call for word in (seen.account, *seen.tokens))]
    if leaks:
        raise SystemExit("these calls hold what another life makes up anew:\n" + "\n".join(leaks))
    return recording, trial


def needs(trial: TrialResult) -> dict[str, Any]:
    """What a life needed: everything that was asked for, by whom, and the permissions that answer it."""
    exact = findings_of(trial.asked, trial.provenance, Scope.EXACT)
    wide = consolidate(findings_of(trial.asked, trial.provenance, Scope.SERVICE))
    return {
        "asked": [
            {
                **finding.permission.as_dict(),
                "certainty": finding.certainty.label,
                "by": sorted({_asker(item) for item in finding.asked}),
            }
            for finding in exact
        ],
        "permissions": [
            {
                **finding.permission.as_dict(),
                "certainty": finding.certainty.label,
                "modelled": finding.modelled,
            }
            for finding in wide
        ],
    }


def _asker(asked: Asked) -> str:
    behalf = asked.on_behalf_of
    who = f"{behalf.logical_id} {behalf.lifecycle}" if behalf else "cli"
    return f"{asked.phase}: {asked.operation} ({who}) {asked.certainty.label}"


def main() -> None:
    """Write both files."""
    recording, trial = record()
    CASES.mkdir(parents=True, exist_ok=True)
    for name, document in (("http-api", recording), ("http-api-permissions", needs(trial))):
        path = CASES / f"{name}.json"
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(path.relative_to(ROOT), path.stat().st_size, "bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
