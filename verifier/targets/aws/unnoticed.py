"""Refusals that CloudTrail alone tells of: what AWS's handlers swallow, and what their words hide."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.caller import Caller, OnBehalfOf
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import UnmappedOperation
from verifier.gateway.decisions import DecisionRecord
from verifier.gateway.dialect import service_model
from verifier.gateway.refusals import allows, refused
from verifier.gateway.services import services_of
from verifier.grant.evidence import Asked
from verifier.iam.arn import Arn
from verifier.targets.aws.refusals import lifecycle_of
from verifier.targets.aws.stacks import Event
from verifier.targets.records import asked_of

# (sources: trail-invoked-by, trail-ec2-error, gateway-sns-refusal-code)
_REFUSED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "Client.UnauthorizedOperation"}
)
_CLOUDFORMATION = "cloudformation.amazonaws.com"
# Lambda's events bear the version of its API (source: trail-lambda-names).
_VERSION = re.compile(r"20\d{6}(v\d+)?$")


@dataclass(frozen=True)
class Unnoticed:
    """What counts as refused, and what is merely worth a line."""

    asked: tuple[Asked, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrailReader:
    """Reads the events of a phase. ``place`` has the partition and the account.

    ``events`` are those of the stacks so far; ``decode`` puts what AWS encoded into words.
    """

    phase: str
    caller: Caller
    place: Arn
    events: Sequence[Event]
    decode: Callable[[str], str] = str

    def read(self, told: Iterable[Mapping[str, Any]], known: Iterable[Asked], *, failed: bool) -> Unnoticed:
        """What ``told``, of LookupEvents, has of CloudFormation's calls that is not ``known`` as refused.

        Where nothing ``failed``, what no further grant lifts is no refusal: AWS goes on without it.
        """
        seen = {item.action.lower() for item in known if item.refused}
        asked: dict[tuple[str, str], Asked] = {}
        notes: dict[str, None] = {}
        for event in told:
            detail = json.loads(event["CloudTrailEvent"])
            if not self._is_refused_for_the_user(detail):
                continue
            operation = self._operation(detail)
            try:
                words = self.decode(str(detail.get("errorMessage") or ""))
                decided = refused(operation, words, self.caller, lasting=True)
            except UnmappedOperation:
                notes[f"CloudTrail: {operation} was refused, and no rule knows what it needs"] = None
                continue
            for one in decided:
                found = asked_of(DecisionRecord(self.phase, one))
                if found.action.lower() in seen:
                    continue
                if failed or (found.grantable and not allows(self.caller, one.requirement)):
                    about = self._about(operation, detail)
                    asked[found.action, found.resource] = replace(found, on_behalf_of=about, unnoticed=True)
                else:
                    notes[f"CloudTrail: {found.action} was refused, and no grant lifts that; AWS went on"] = (
                        None
                    )
        return Unnoticed(tuple(asked.values()), tuple(notes))

    def _is_refused_for_the_user(self, detail: Mapping[str, Any]) -> bool:
        who = detail.get("userIdentity") or {}
        return (
            detail.get("errorCode") in _REFUSED
            and who.get("invokedBy") == _CLOUDFORMATION
            and who.get("arn") == self.caller.arn
        )

    def _operation(self, detail: Mapping[str, Any]) -> Operation:
        """The call in botocore's names, as far as it knows them; its parameters as far as they are told."""
        name = _VERSION.sub("", str(detail["eventName"]))
        signed = str(detail["eventSource"]).partition(".")[0]
        service, params = signed, {}
        for candidate in services_of(signed):
            model = service_model(candidate)
            if model is not None and name in model.operation_names:
                service, params = candidate, _parameters(model.operation_model(name), detail)
                break
        region = str(detail.get("awsRegion") or self.place.region)
        return Operation(service, name, params, self.place.account, region, self.place.partition)

    def _about(self, operation: Operation, detail: Mapping[str, Any]) -> OnBehalfOf:
        """The resource that the call's parameters name; CloudTrail does not say for which one it was made."""
        values = [one for one in (detail.get("requestParameters") or {}).values() if isinstance(one, str)]
        named = {
            (event.stack, event.logical_id): event
            for event in self.events
            if not event.is_stack and _is_of(event.type, operation.service) and _is_named(event, values)
        }
        if len(named) == 1:
            [event] = named.values()
            return OnBehalfOf(event.stack_name, event.logical_id, event.type, lifecycle_of(event.status))
        last = next((event for event in reversed(self.events) if event.is_stack), None)
        stack, step = (last.stack_name, lifecycle_of(last.status)) if last else ("", "create")
        return OnBehalfOf(stack, "a resource", "", step)


def _is_of(type_name: str, service: str) -> bool:
    """Whether the type is of the service, as far as their names tell: AWS::Cognito::UserPool, cognito-idp."""
    parts = type_name.split("::")
    return len(parts) == 3 and service.replace("-", "").startswith(parts[1].lower())


def _is_named(event: Event, values: Iterable[str]) -> bool:
    """Whether one of ``values`` is the resource's physical id, or one is the other's name in an ARN."""
    own = event.physical_id
    return bool(own) and any(one == own or _ends(one, own) or _ends(own, one) for one in values)


def _ends(arn: str, name: str) -> bool:
    return arn.startswith("arn:") and arn.endswith((f":{name}", f"/{name}"))


def _parameters(operation: Any, detail: Mapping[str, Any]) -> dict[str, Any]:
    """CloudTrail begins names with a small letter, whatever the API does (source: trail-bucket-name)."""
    members = () if operation.input_shape is None else operation.input_shape.members
    spelled = {name.lower(): name for name in members}
    if "Bucket" in members:
        spelled["bucketname"] = "Bucket"
    given = (detail.get("requestParameters") or {}).items()
    return dict(_spelled(given, spelled))


def _spelled(given: Iterable[tuple[str, Any]], spelled: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, value in given:
        if name.lower() in spelled:
            yield spelled[name.lower()], value
