"""AWS WAF: the web ACL, and what it protects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ABSENT, Computed, Params, Prop, Text, at, same, used
from verifier.cloudformation.types.part import Attributes, Read, on
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work


@dataclass(frozen=True)
class _Locked(Kind):
    """A class, as WAF changes and deletes only what was read last (its lock token); Ref gives three parts."""

    def mentions(self) -> Iterator[Mention]:
        """The main calls with the token."""
        yield from super().mentions()
        yield Mention(self.service, "GetWebACL", self.itself)
        yield Mention(self.service, "UpdateWebACL", {**self.itself, **_MEMBERS, "LockToken": None})

    def update(self, work: Work) -> None:
        """Read the token, then replace everything (source: waf-update-replaces); then the parts."""
        step = self._step(work)
        if work.changed(*used(_MEMBERS)):
            step.call("UpdateWebACL", {**step.params(_MEMBERS), "LockToken": self._token(work)})
        for part in self.parts:
            part.update(step)

    def delete(self, work: Work) -> None:
        """Read the token, then delete."""
        step = self._step(work)
        token = self._token(work)
        step.call(self.delete_by, {**step.params({}), "LockToken": token}, tolerate=self.gone)

    def _token(self, work: Work) -> str:
        gone = self.gone if work.lifecycle == "delete" else ()
        named = self._step(work).params({})
        answer = work.read(self.service, "GetWebACL", named, source="cfn-webacl-token", tolerate=gone)
        return work.token(str(answer.get("LockToken", "none")))

    def _made(self, work: Work, params: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
        made = at(answer, self.id_from)
        return f"{params['Name']}|{work.token('' if made is ABSENT else str(made))}|{params['Scope']}"


def _part(number: int) -> Computed:
    return Computed(lambda work: work.physical_id.split("|")[number])


def _where(work: Work) -> str:
    scope = "global" if work.properties.get("Scope") == "CLOUDFRONT" else "regional"
    name, made, *_ = work.physical_id.split("|")
    path = f"{scope}/webacl/{name}/{made}"
    return f"arn:{work.partition}:wafv2:{work.region}:{work.account}:{path}"


_MEMBERS: Params = same(
    "ApplicationConfig",
    "AssociationConfig",
    "CaptchaConfig",
    "ChallengeConfig",
    "CustomResponseBodies",
    "DataProtectionConfig",
    "DefaultAction",
    "Description",
    "OnSourceDDoSProtectionConfig",
    "Rules",
    "TokenDomains",
    "VisibilityConfig",
)
_RESOURCE: Params = {"ResourceARN": Computed(_where, ("Scope",))}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_GIVEN = {"Capacity": "Capacity", "LabelNamespace": "LabelNamespace"}

WEB_ACL = _Locked(
    type="AWS::WAFv2::WebACL",
    service="wafv2",
    name=Name("Name", 128, of_stack=False),
    itself={"Name": _part(0), "Id": _part(1), "Scope": Prop("Scope")},
    create_by="CreateWebACL",
    delete_by="DeleteWebACL",
    id_from="Summary.Id",
    fixed={**_MEMBERS, **same("Scope")},
    gives={"Arn": Computed(_where), "Id": _part(1)},
    parts=(
        *on(("create",), Read("GetWebACL", source="waf-create-reads")),
        Read(
            "GetWebACL",
            gives={name: f"WebACL.{path}" for name, path in _GIVEN.items()},
            source="cfn-webacl-read",
        ),
        *on(("create", "read"), _TAGS),
        Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags", look=_TAGS),
    ),
    gone=("WAFNonexistentItemException",),
    # It asks for the account's connection to who pays.
    lacks=frozenset({"MonetizationConfig"}),
)


@dataclass(frozen=True)
class _Associated(Read):
    """The association: that there is none is no error of the API's, and one of AWS's handler."""

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Raises HandlerError where there is none."""
        answer = step.work.read(step.service, self.operation, step.params({}), source=self.source)
        if not answer.get("WebACL") and step.work.lifecycle == "read":
            raise HandlerError("AWS WAF couldn't perform the operation because your resource doesn't exist.")
        return {}


_RESOURCE_ARN = "ResourceArn"

# Both properties make another one. An update is no call (source: cfn-webaclassociation-update).
WEB_ACL_ASSOCIATION = Kind(
    type="AWS::WAFv2::WebACLAssociation",
    service="wafv2",
    itself=same(_RESOURCE_ARN),
    create_by="AssociateWebACL",
    delete_by="DisassociateWebACL",
    id_form=Text("{ResourceArn}|{WebACLArn}"),
    fixed=same(_RESOURCE_ARN, "WebACLArn"),
    parts=(
        *on(("create",), Read("GetWebACLForResource")),
        _Associated("GetWebACLForResource", on=("read", "delete"), source="cfn-webaclassociation-read"),
    ),
    gone=("WAFNonexistentItemException",),
    # What else can be protected asks for rights of its own.
    beyond=tuple(Beyond(_RESOURCE_ARN, f":{service}:") for service in ("bedrock-agentcore", "ec2")),
)
