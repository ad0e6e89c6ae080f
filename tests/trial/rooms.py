"""A target, a room and a command-line tool that only remember: for the logic of phases and trials alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from verifier.authorization.authorizer import Mode
from verifier.framework.framework import Framework
from verifier.framework.process import Completed, go_on
from verifier.grant.evidence import Asked, GeneratedName
from verifier.iam.policy import PolicyDocument
from verifier.service.private_copy import PrivateCopy
from verifier.targets.interface import Facts, Left, NotExercised, Room, StackEvent, Target, Traces

ACCOUNT, REGION = "111122223333", "us-east-1"
DONE = Completed(0, "", 1.0)
FAILED = Completed(1, "Error: it broke", 1.0)
INJECTED = StackEvent("shop-dev", "X", "AWS::X::Y", "CREATE_FAILED", "", is_stack=False, injected=True)


def stack_event(status: str, stack: str = "shop-dev", **more: Any) -> StackEvent:
    """An event of a stack itself: of its compiled template, on the user's request, and looked at by it."""
    given: dict[str, Any] = {"by_user": True, "compiled": True, "looked_at": True, **more}
    return StackEvent(stack, stack, "AWS::CloudFormation::Stack", status, "", is_stack=True, **given)


def showing(*statuses: str, **more: Any) -> Facts:
    """What a phase shows in which the stack went through ``statuses`` on the user's request."""
    events = tuple(stack_event(status) for status in statuses)
    existing = {} if statuses[-1] == "DELETE_COMPLETE" else {"shop-dev": statuses[-1]}
    given: dict[str, Any] = {"events": events, "stacks": existing, "requests": 5, "decisions": 5} | more
    return Facts(**given)


DEPLOYED = showing("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
UPDATED = showing("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
REMOVED = showing("DELETE_IN_PROGRESS", "DELETE_COMPLETE")
_ENDS = {"rollback-create": "ROLLBACK_COMPLETE", "rollback-update": "UPDATE_ROLLBACK_COMPLETE"}
_ROLLED_BACK = {
    phase: showing(status, events=(INJECTED, stack_event(status))) for phase, status in _ENDS.items()
}
# What a phase must show to pass, beyond an exit 0.
PASSING = {
    "rollback-create": _ROLLED_BACK["rollback-create"],
    "deploy": DEPLOYED,
    "redeploy": UPDATED,
    "retag": UPDATED,
    "rollback-update": _ROLLED_BACK["rollback-update"],
    "remove": REMOVED,
}


class Answering:
    """Stands in for a boto3 client: notes each call, and answers it, or fails as ``errors`` says."""

    def __init__(
        self, service: str, calls: list[str], errors: Mapping[str, str], answers: Mapping[str, Any]
    ) -> None:
        self._service, self._calls, self._errors, self._answers = service, calls, errors, answers

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        from botocore.exceptions import ClientError

        name = f"{self._service}.{operation}"

        def call(**params: Any) -> Any:
            self._calls.append(name)
            if name in self._errors:
                error = {"Error": {"Code": self._errors[name], "Message": "no"}}
                raise ClientError(error, operation)
            return self._answers.get(name, {})

        return call

    def get_paginator(self, operation: str) -> Any:
        """Its pages are what is answered."""
        return SimpleNamespace(paginate=getattr(self, operation))


@dataclass
class FakeRoom(Room):
    """A room; ``facts`` are what its phases show, by phase or one run of the tool after the other."""

    facts: Mapping[str, Facts] | list[Facts] = field(default_factory=lambda: dict(PASSING))
    errors: Mapping[str, str] = field(default_factory=dict)
    """What a client's call ("s3.list_buckets") fails with: an error code."""
    account: str = ACCOUNT
    region: str = REGION
    partition: str = "aws"
    makes_fail: bool = True
    begun: list[tuple[str, bool]] = field(default_factory=list)
    rehearsed: list[str] = field(default_factory=list)
    """The phases in which updates were rehearsed."""
    calls: list[str] = field(default_factory=list)
    """Those with the user's own keys."""
    users: list[str] = field(default_factory=list)
    """Whose the room was said to be."""
    keys: set[tuple[str, str]] = field(default_factory=set)
    administered: list[str] = field(default_factory=list)
    """Those of the administrator."""
    stack: Mapping[str, Any] = field(default_factory=dict)
    """What the administrator is told of any stack."""
    left: tuple[Left, ...] = ()
    denied: Callable[[Asked], None] | None = None
    granting: Callable[[Sequence[Asked]], Sequence[PolicyDocument]] | None = None
    tokens: frozenset[str] = frozenset()
    generated: tuple[GeneratedName, ...] = ()

    def environment(self) -> dict[str, str]:
        return {"HTTPS_PROXY": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "not the user's"}

    def admin(self, service: str, region: str | None = None) -> Any:
        key = {"AccessKey": {"AccessKeyId": "AKIAUSER", "SecretAccessKey": "secret"}}
        user = {"User": {"Arn": f"arn:aws:iam::{self.account}:user/verifier/u"}}
        listed = {"AccessKeyMetadata": [{"AccessKeyId": "AKIAUSER"}]}
        answers = {
            "iam.create_user": user,
            "iam.create_access_key": key,
            "iam.list_access_keys": listed,
            "cloudformation.describe_stacks": {"Stacks": [{"Tags": self._tags(), **self.stack}]},
            "cloudformation.list_stack_resources": [
                {"StackResourceSummaries": [one]} for one in self.stack.get("resources", ())
            ],
        }
        return Answering(service, self.administered, {}, answers)

    def _tags(self) -> list[dict[str, str]]:
        """In its nth run a retag gives the stack what it is asked for."""
        runs = [phase for phase, _ in self.begun].count("retag")
        tags = ({}, {"VerifierTag": "1", "VerifierTagRemoved": "1"}, {"VerifierTag": "2"})[runs]
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    def client(self, service: str, access_key: str, secret_key: str) -> Any:
        self.keys.add((access_key, secret_key))
        return Answering(service, self.calls, self.errors, {})

    def belongs_to(self, user: str) -> None:
        self.users.append(user)

    def begin(self, phase: str, *, fail_last_wave: bool = False) -> None:
        self.begun.append((phase, fail_last_wave))

    def rehearse(self) -> None:
        self.rehearsed.append(self.begun[-1][0])

    def finish(self) -> Facts:
        if isinstance(self.facts, list):
            return self.facts.pop(0)
        phase, fails = self.begun[-1]
        # The second run of rollback-create removes what the first one left.
        return REMOVED if phase == "rollback-create" and not fails else self.facts.get(phase, Facts())

    def left_behind(self) -> tuple[Left, ...]:
        return self.left

    def take_away(self, left: Left) -> bool:
        self.left = tuple(one for one in self.left if one != left)
        return True

    def hear(self, denied: Callable[[Asked], None]) -> None:
        self.denied = denied

    def grant_at_once(self, granting: Callable[[Sequence[Asked]], Sequence[PolicyDocument]]) -> None:
        self.granting = granting

    def traces(self) -> Traces:
        return Traces(self.tokens, self.generated)

    def not_exercised(self) -> tuple[NotExercised, ...]:
        return (NotExercised("AWS::X::Y", ("A",), ("P",), ("x:UpdateY",)),)


class FakeTarget(Target):
    """Gives the rooms that it was given, one a trial."""

    name = "fake"

    def __init__(self, *rooms: FakeRoom) -> None:
        self.rooms = list(rooms)
        self.given: list[tuple[Mode, str, str | None]] = []

    @contextmanager
    def room(self, mode: Mode, region: str, account: str | None = None) -> Iterator[Room]:
        self.given.append((mode, region, account))
        yield self.rooms.pop(0) if len(self.rooms) > 1 else self.rooms[0]

    def close(self) -> None: ...


@dataclass(frozen=True)
class FakeFramework(Framework):
    """A tool whose runs end one after the other as ``ends`` says, then well; it does what ``does`` does."""

    name: str = "osls"
    version: str = "4.3.1"
    command: tuple[str, ...] = ()
    ends: list[Completed] = field(default_factory=list)
    runs: list[tuple[str, ...]] = field(default_factory=list)
    environments: list[Mapping[str, str]] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    does: Callable[[PrivateCopy], None] = lambda _: None
    watchers: list[Callable[[], str | None]] = field(default_factory=list)

    def run(
        self,
        arguments: tuple[str, ...],
        copy: PrivateCopy,
        environment: Mapping[str, str],
        *,
        timeout: float,
        to_stop: Callable[[], str | None] = go_on,
    ) -> Completed:
        self.runs.append(arguments)
        self.watchers.append(to_stop)
        self.environments.append(dict(environment))
        self.timeouts.append(timeout)
        self.does(copy)
        return self.ends.pop(0) if self.ends else DONE


def write_service(folder: Path, provider: str = "{name: aws}", **files: str) -> Path:
    """A service's folder with one function."""
    folder.mkdir()
    (folder / "serverless.yml").write_text(
        f"service: shop\nprovider: {provider}\nfunctions: {{a: {{handler: a.handler}}}}\n"
    )
    (folder / "a.js").write_text("exports.handler = async () => 1\n")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def asked(
    action: str = "s3:PutObject", phase: str = "deploy", operation: str = "s3:PutObject", **more: Any
) -> Asked:
    """Something that was asked for; with ``refused=True, enforced=True`` a real refusal."""
    from verifier.authorization.caller import Certainty

    return Asked(action, "arn:aws:s3:::b/k", phase, operation, Certainty.CALL, **more)


def refusals(*phases: str, facts: Mapping[str, Facts] | None = None) -> dict[str, Facts]:
    """Facts in which each of ``phases`` met a real refusal, and the others pass."""
    refused: Sequence[str] = phases
    stopped = {phase: Facts(asked=(asked(phase=phase, refused=True, enforced=True),)) for phase in refused}
    return dict(facts or PASSING) | stopped
