"""Plays the recorded calls of a real command-line tool in its place: a whole life in a second or two.

Only the child process is replaced. Trials, target, gateway, provisioner and emulator are the real
ones, so that what a policy lets through is decided as ever::

    with embedded_target() as target:
        trials = replayed_trials(target)
        trial = trials.run(candidate, Mode.ENFORCE, listener)

tools/record_calls.py makes the recording.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tools.record_calls import CASES, REFERENCES, SERVICE, Silent, at
from verifier.authorization.authorizer import Mode
from verifier.emulator.session import isolated_session
from verifier.framework.framework import Framework
from verifier.framework.process import Completed, go_on
from verifier.framework.tolerated import tolerations
from verifier.service.private_copy import PrivateCopy
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget
from verifier.trial.trials import DEFAULT_REGION, Options, Trials

_POLL_SECONDS = 0.02
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")
_REFUSED = ("AccessDenied", "AccessDeniedException", "403")


def recorded(name: str) -> dict[str, Any]:
    """One file of tests/cases/recorded."""
    document: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return document


class Unheard(Silent):
    """Hears rounds and trials, and says nothing."""

    def round_started(self, number: int, mode: Mode) -> None: ...


@contextmanager
def embedded_target() -> Iterator[EmbeddedTarget]:
    """A target for any number of replayed lives."""
    with closing(EmbeddedTarget(region=DEFAULT_REGION)) as target:
        yield target


def replayed_trials(target: EmbeddedTarget, name: str = "http-api") -> Trials:
    """Trials of the sample service in which the recording ``name`` stands in for the tool."""
    recording = recorded(name)
    tool = recording["framework"]
    framework = ReplayedFramework(tool["name"], tool["version"], (), recording=recording)
    return Trials(target, load_service(SERVICE), framework, Options())


class ToolStopped(Exception):  # noqa: N818 - named after what the tool does
    """The tool would give up here; the text is what it would print."""


@dataclass(frozen=True)
class ReplayedFramework(Framework):
    """Stands in for the tool: each run plays the next run of the recording."""

    recording: Mapping[str, Any] = field(default_factory=dict)
    lives: dict[Path, "_Life"] = field(default_factory=dict)
    """By the private copy's folder, of which each trial has its own; only the present one is kept."""

    def run(
        self,
        arguments: tuple[str, ...],
        copy: PrivateCopy,
        environment: Mapping[str, str],
        *,
        timeout: float,
        to_stop: Callable[[], str | None] = go_on,
    ) -> Completed:
        """Play the next recorded run of the life that ``copy`` is of."""
        started = time.monotonic()
        life = self.lives.get(copy.folder) or self._new_life(copy.folder, environment)
        run = self.recording["runs"][life.runs_played]
        life.runs_played += 1
        assert run["command"] == arguments[0], "the recording is of other phases"
        self._package(copy)
        try:
            life.play(run)
        except ToolStopped as stopped:
            return Completed(1, f"Error:\n{stopped}\n", time.monotonic() - started)
        return Completed(0, "", time.monotonic() - started)

    def _new_life(self, folder: Path, environment: Mapping[str, str]) -> "_Life":
        for former in self.lives.values():
            former.end()
        self.lives.clear()
        self.lives[folder] = life = _Life(self, environment)
        return life

    def _package(self, copy: PrivateCopy) -> None:
        """What the verifier reads of the package that the tool makes."""
        folder = copy.folder / ".serverless"
        folder.mkdir(exist_ok=True)
        provider = {"stage": self.recording["stage"], "region": self.recording["region"]}
        state = {"service": {"service": self.recording["service"], "provider": provider}}
        (folder / "serverless-state.json").write_text(json.dumps(state), encoding="utf-8")


@dataclass
class _Life:
    """One life as the restricted user."""

    framework: ReplayedFramework
    environment: Mapping[str, str]
    runs_played: int = 0
    known: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)

    def play(self, run: Mapping[str, Any]) -> None:
        """Every call of one run. Raises ToolStopped where the tool would stop."""
        action = "create"
        for call in run["calls"]:
            params = self._filled(call["params"])
            name = f"{call['service']}:{call['operation']}"
            action = {
                "cloudformation:CreateChangeSet": str(params.get("ChangeSetType", action)).lower(),
                "cloudformation:DeleteStack": "delete",
            }.get(name, action)
            if name == "cloudformation:DescribeStackEvents":
                self._watch(action, params)
            elif name == "cloudformation:DescribeChangeSet":
                self._await_change_set(params)
            else:
                self._once(call, name, params, run["phase"])

    def end(self) -> None:
        """Close the connections."""
        for client in self.clients.values():
            client.close()

    def _once(self, call: Mapping[str, Any], name: str, params: dict[str, Any], phase: str) -> None:
        answer, error = self._call(call["service"], call["operation"], params)
        if error is not None and error != call["error"] and not self._goes_on(name, phase, error):
            raise ToolStopped(f"{name}: {error}")
        if answer.get("Errors"):
            # S3's DeleteObjects answers 200 and names each refused key; the tool reads them and stops.
            raise ToolStopped(f"{name}: {answer['Errors'][0]['Code']}")
        for reference, (teller, path) in REFERENCES.items():
            if teller == name and error is None:
                self.known[reference] = at(answer, path)

    def _goes_on(self, name: str, phase: str, error: str) -> bool:
        """A refusal that the tool survives, as framework/tolerated.yaml says."""
        return error in _REFUSED and any(
            entry.operation == name and phase in entry.phases and not entry.resource
            for entry in tolerations()
            if entry.knows(self.framework)
        )

    def _await_change_set(self, params: dict[str, Any]) -> None:
        while True:
            answer, error = self._call("cloudformation", "DescribeChangeSet", params)
            if error is not None:
                raise ToolStopped(f"cloudformation:DescribeChangeSet: {error}")
            if answer["Status"] == "CREATE_COMPLETE":
                return
            if answer["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                raise ToolStopped(f"Could not create Change Set: {answer.get('StatusReason')}")
            time.sleep(_POLL_SECONDS)

    def _watch(self, action: str, params: dict[str, Any]) -> None:
        """As the tool's monitor-stack.js: until the stack is done, or at the first failure."""
        while True:
            answer, error = self._call("cloudformation", "DescribeStackEvents", params)
            if error == "ValidationError" and action == "delete":
                return
            if error is not None:
                raise ToolStopped(f"cloudformation:DescribeStackEvents: {error}")
            done = False
            for event in _since_begin(answer["StackEvents"], action):
                status = event["ResourceStatus"]
                if _is_failure(event, action):
                    reason = event.get("ResourceStatusReason", status)
                    raise ToolStopped(f"{status}: {event['LogicalResourceId']}\n{reason}")
                done = _is_stack(event) and status in _DONE
            if done:
                return
            time.sleep(_POLL_SECONDS)

    def _call(
        self, service: str, operation: str, params: dict[str, Any]
    ) -> tuple[Mapping[str, Any], str | None]:
        """The answer, or the error's code."""
        from botocore import xform_name
        from botocore.exceptions import ClientError

        client = self.clients.get(service)
        if client is None:
            client = self.clients[service] = self._client(service)
        try:
            return getattr(client, xform_name(operation))(**params), None
        except ClientError as error:
            return {}, str(error.response["Error"]["Code"])

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        return _session().create_client(
            service,
            region_name=self.framework.recording["region"],
            # The proxy's port is the plain endpoint too.
            endpoint_url=self.environment["HTTPS_PROXY"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}),
        )

    def _filled(self, value: Any) -> Any:
        """``value`` with this life's own names in the place of references."""
        if isinstance(value, dict):
            if value.keys() == {"base64"}:
                return base64.b64decode(value["base64"])
            return {key: self._filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, str):
            for reference, known in self.known.items():
                value = value.replace(f"{{{reference}}}", known)
        return value


@cache
def _session() -> Any:
    """One for all lives: it holds the parsed API models."""
    return isolated_session()


def _is_stack(event: Mapping[str, Any]) -> bool:
    return bool(
        event["ResourceType"] == "AWS::CloudFormation::Stack"
        and event["StackName"] == event["LogicalResourceId"]
    )


def _since_begin(newest_first: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    """The events of the present operation, oldest first."""
    events: list[dict[str, Any]] = []
    for event in newest_first:
        events.insert(0, event)
        is_stack = event["ResourceType"] == "AWS::CloudFormation::Stack"
        if is_stack and event["ResourceStatus"] == f"{action.upper()}_IN_PROGRESS":
            break
    return events


def _is_failure(event: Mapping[str, Any], action: str) -> bool:
    status = event["ResourceStatus"]
    return bool(
        status.endswith("FAILED")
        or status == "UPDATE_ROLLBACK_IN_PROGRESS"
        or (action != "delete" and status == "DELETE_IN_PROGRESS" and _is_stack(event))
    )
