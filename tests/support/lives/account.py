"""An account on the emulator that has what the cases refer to: code, buckets, a role."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.support.lives.case import Case, fill
from tests.support.lives.desk import Desk, Step, Taken
from verifier.authorization.authorizer import Mode
from verifier.authorization.operation import Operation
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.shapes import fit
from verifier.emulator.moto.upstream import MotoUpstream

# Buckets' names are global: an account's end in its number.
CODE, OTHER = "code-{account}", "other-{account}"
ROLES = ("exec", "other")
ARCHIVES = ("a.zip", "b.zip")
DEFINITIONS = {
    key: json.dumps({"openapi": "3.0.1", "info": {"title": "imported", "version": version}, "paths": {}})
    for key, version in (("api.json", "1"), ("api-2.json", "2"))
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@dataclass
class Account(Desk):
    """A desk on the emulator, furnished; ``invoke`` is the administrator's own call."""

    def invoke(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """A call as the administrator, outside of any stack."""
        fitted, place = fit(service, operation, params), self.place
        return self.upstream.invoke(
            Operation(
                service,
                operation,
                fitted.params,
                place.account,
                place.region,
                place.partition,
                fitted.method,
                fitted.path,
            )
        )

    def do(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """A call as the administrator, as a case file writes it."""
        return self.invoke(call["service"], call["operation"], **call["params"])

    def furnish(self) -> None:
        """Make what the cases refer to."""
        code, other = (name.format(account=self.place.account) for name in (CODE, OTHER))
        for bucket in (code, other):
            self.invoke("s3", "CreateBucket", Bucket=bucket)
        for key in ARCHIVES:
            self.invoke("s3", "PutObject", Bucket=code, Key=key, Body=_zipped(f"name = {key!r}"))
        for key, text in DEFINITIONS.items():
            self.invoke("s3", "PutObject", Bucket=code, Key=key, Body=text)
        for role in ROLES:
            self.invoke("iam", "CreateRole", RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
            allowed = json.dumps(EVERYTHING)
            self.invoke("iam", "PutRolePolicy", RoleName=role, PolicyName="all", PolicyDocument=allowed)

    def set_up(self, case: Case) -> "SetUp":
        """Make what the case's setup names."""
        place = self.place
        kept = {"account": place.account, "region": place.region, "partition": place.partition}
        kept["case"] = case.name.lower().replace("_", "-")
        made: list[Step] = []
        for wanted in case.setup:
            step = fill(wanted, kept)
            kept |= self._resource(step, made) if "resource" in step else self._called(step)
        return SetUp(case.filled(kept), kept, tuple(made))

    def tidy(self, set_up: "SetUp") -> None:
        """Delete the resources that a setup made; what cannot be deleted stays."""
        for step in reversed(set_up.made):
            self.administrator().take(replace(step, lifecycle="delete"))

    def _called(self, step: Mapping[str, Any]) -> dict[str, str]:
        known = {**self.do(step), "params": step["params"]}
        return {name: str(_at(known, path)) for name, path in step.get("keep", {}).items()}

    def _resource(self, wanted: Mapping[str, Any], made: list[Step]) -> dict[str, str]:
        type_name, keep = wanted["resource"], wanted.get("keep", {})
        assert type_name in handlers(), f"{type_name} has no handler: set it up with an API call"
        desk, logical_id = self.administrator(), setup_id(wanted, len(made))
        step = Step("setup", type_name, "create", wanted["properties"], logical_id=logical_id)
        step = replace(step, physical_id=_sure(desk.take(step)).physical_id)
        made.append(step)
        gives = (
            _sure(desk.take(replace(step, lifecycle="read"))).gives if set(keep.values()) - {"Ref"} else {}
        )
        return {name: step.physical_id if what == "Ref" else str(gives[what]) for name, what in keep.items()}

    def administrator(self) -> Desk:
        """Nobody asks whether the administrator may."""
        return Desk(self.upstream, self.place, Mode.OFF, register=self.register)


@dataclass(frozen=True)
class SetUp:
    """A case with what its setup made filled in, and what that was, by the names in the case."""

    case: Case
    kept: Mapping[str, str]
    made: tuple[Step, ...]


def setup_id(step: Mapping[str, Any], number: int) -> str:
    """The logical id of a resource of a setup."""
    return next(iter(step.get("keep", ())), f"setup{number}").capitalize()


def furnished(upstream: MotoUpstream, **members: Any) -> Account:
    """A clean, furnished account."""
    account = Account(upstream, **members)
    upstream.forget(account.place.account)
    account.furnish()
    return account


def _sure(taken: Taken) -> Taken:
    assert taken.error is None, f"{taken.step.logical_id}: {taken.failure}"
    return taken


def _at(answer: Any, path: str) -> Any:
    for part in path.split("."):
        answer = answer[part]
    return answer


def _zipped(source: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), source)
    return packed.getvalue()
