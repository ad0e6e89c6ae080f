"""A resource's whole life, provisioned for real on moto, with every decision recorded."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.fallback import ask_for_unsupported
from verifier.cloudformation.types.handler import Handler
from verifier.cloudformation.types.shapes import fit
from verifier.cloudformation.types.work import Work
from verifier.emulator.upstream import MotoUpstream
from verifier.gateway.random_names import NameRegister

_LIVED: dict[str, list[Decided]] = {}
ACCOUNT, REGION = "123456789012", "us-east-1"
CASES = Path(__file__).parents[2] / "cases" / "handlers"
_ANY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass
class Account:
    """An account on moto that has what the cases refer to: code, a role, policies, buckets."""

    upstream: MotoUpstream
    decisions: list[Decided] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    register: NameRegister = field(default_factory=NameRegister)

    def invoke(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """A call as the administrator, outside of any stack."""
        fitted = fit(service, operation, params)
        return self.upstream.invoke(
            Operation(service, operation, fitted.params, ACCOUNT, REGION, "aws", fitted.method, fitted.path)
        )

    def do(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """A call as the administrator, as a case file writes it."""
        return self.invoke(step["service"], step["operation"], **step["params"])

    def decided(self, decided: Decided) -> None:
        """Take a decision (``DecisionSink``)."""
        self.decisions.append(decided)

    def furnish(self) -> None:
        """Make what the cases refer to."""
        for bucket in ("code", "other"):
            self.invoke("s3", "CreateBucket", Bucket=bucket)
        for key in ("a.zip", "b.zip"):
            self.invoke("s3", "PutObject", Bucket="code", Key=key, Body=_zipped(f"name = {key!r}"))
        definition = {"openapi": "3.0.1", "info": {"title": "imported", "version": "1"}, "paths": {}}
        self.invoke("s3", "PutObject", Bucket="code", Key="api.json", Body=json.dumps(definition))
        for name in ("shared", "other"):
            self.invoke("iam", "CreatePolicy", PolicyName=name, PolicyDocument=json.dumps(_ANY_POLICY))
        self.invoke("iam", "CreateRole", RoleName="exec", AssumeRolePolicyDocument=json.dumps(_TRUST))

    def session(self) -> Session:
        """A caller with no rights at all, observed: every decision is recorded, none stops it."""
        return Session(
            authorizer=Authorizer(self, Mode.OBSERVE),
            upstream=self.upstream,
            register=self.register,
            caller=Caller(f"arn:aws:iam::{ACCOUNT}:user/verifier/dev", ACCOUNT, "AIDAEXAMPLE"),
            identity=StackIdentity(
                "shop-dev", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/shop-dev/1", ACCOUNT, REGION
            ),
            problem=self.problems.append,
        )


class Life:
    """One resource from its creation to its deletion."""

    def __init__(self, account: Account, type_name: str, tags: Mapping[str, str] | None = None) -> None:
        self.account = account
        self.handler: Handler = handlers()[type_name]
        self.type = type_name
        self.properties: Mapping[str, Any] = {}
        self.tags: Mapping[str, str] = {"STAGE": "dev"} if tags is None else tags
        self.physical_id = ""

    def create(self, properties: Mapping[str, Any]) -> str:
        """Create it; its physical id."""
        self.properties = properties
        work = self._work("create")
        work.on_created = self._created
        self.handler.create(work)
        ask_for_unsupported(work, self.handler, "create")
        return self.physical_id

    def _created(self, physical_id: str) -> None:
        self.physical_id = physical_id

    def read(self) -> dict[str, Any]:
        """Read it, as Fn::GetAtt does; its attributes."""
        work = self._work("read")
        attributes = self.handler.read(work)
        ask_for_unsupported(work, self.handler, "read")
        return attributes

    def update(self, properties: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> None:
        """Bring it to ``properties`` and stack ``tags`` in place."""
        before, tags_before = self.properties, self.tags
        self.properties, self.tags = properties, self.tags if tags is None else tags
        work = self._work("update", before, tags_before)
        self.handler.update(work)
        ask_for_unsupported(work, self.handler, "update")

    def delete(self) -> None:
        """Delete it."""
        work = self._work("delete")
        self.handler.delete(work)
        ask_for_unsupported(work, self.handler, "delete")

    def _work(
        self,
        lifecycle: str,
        previous: Mapping[str, Any] | None = None,
        previous_tags: Mapping[str, str] | None = None,
    ) -> Work:
        return Work(
            carrier=self.account.session(),
            logical_id="Thing",
            type=self.type,
            lifecycle=lifecycle,
            physical_id="" if lifecycle == "create" else self.physical_id,
            properties=self.properties,
            previous=previous or {},
            stack_tags=self.tags,
            previous_stack_tags=previous_tags or {},
            implied=self.handler.implied_in(self.properties),
        )


@dataclass(frozen=True)
class Case:
    """A file of tests/cases/handlers, with the ids of what its setup made filled in."""

    type: str
    before: Mapping[str, Any]
    after: tuple[Mapping[str, Any], ...]
    before_replace: tuple[Mapping[str, Any], ...]
    replace: Mapping[str, Any]


@pytest.fixture(scope="session")
def upstream() -> MotoUpstream:
    """One moto for all tests; each has a clean account."""
    return MotoUpstream()


@pytest.fixture
def account(upstream: MotoUpstream) -> Iterator[Account]:
    """A furnished account, forgotten afterwards."""
    upstream.forget(ACCOUNT)
    account = Account(upstream)
    account.furnish()
    yield account
    upstream.forget(ACCOUNT)


@pytest.fixture
def life(account: Account) -> Callable[..., Life]:
    """Makes a resource's life: ``life("AWS::S3::Bucket", tags={})``."""
    return lambda type_name, tags=None: Life(account, type_name, tags)


@pytest.fixture
def case(account: Account) -> Callable[[Path], Case]:
    """Loads a case file and makes what its setup names."""
    return lambda path: _load(account, path)


@pytest.fixture
def decisions(upstream: MotoUpstream) -> Callable[[str], list[Decided]]:
    """The decisions of all lives of a type, lived once and in an account of their own."""

    def lived(type_name: str) -> list[Decided]:
        if type_name not in _LIVED:
            upstream.forget(ACCOUNT)
            account = Account(upstream)
            account.furnish()
            for path in sorted(CASES.glob("*.json")):
                if json.loads(path.read_text())["type"] == type_name:
                    _live(account, _load(account, path))
            upstream.forget(ACCOUNT)
            assert account.problems == []
            _LIVED[type_name] = account.decisions
        return _LIVED[type_name]

    return lived


def _live(account: Account, case: Case) -> None:
    """Create, read, update, replace and delete."""
    thing, successor = Life(account, case.type), Life(account, case.type)
    thing.create(case.before)
    thing.read()
    for step in case.after:
        thing.update(step["properties"], step.get("stackTags"))
    for call in case.before_replace:
        account.do(call)
    successor.create(case.replace)
    thing.delete()
    thing.delete()
    successor.read()
    successor.delete()


def _load(account: Account, path: Path) -> Case:
    content = json.loads(path.read_text())
    kept: dict[str, str] = {}
    for step in content["setup"]:
        answer = account.do(_filled(step, kept))
        for name, where in step.get("keep", {}).items():
            value: Any = answer
            for part in where.split("."):
                value = value[part]
            kept[name] = str(value)
    filled = _filled(content, kept)
    return Case(
        type=filled["type"],
        before=filled["before"],
        after=tuple(filled["after"]),
        before_replace=tuple(filled.get("beforeReplace", ())),
        replace=filled["replace"],
    )


def _filled(value: Any, kept: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, kept) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, kept) for one in value]
    if isinstance(value, str):
        for name, text in kept.items():
            value = value.replace(f"{{{name}}}", text)
    return value


def _zipped(source: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", source)
    return packed.getvalue()
