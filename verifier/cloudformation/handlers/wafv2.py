"""AWS WAF: the web ACL, what it protects, and the sets that its rules refer to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
    """A class, as WAF changes and deletes only what was read last (its lock token); Ref gives three parts.

    ``noun`` is what its operations call it, ``replaced`` what an update sends, with ``always`` also when
    nothing of it has changed; ``token_source`` says that the token is read.
    """

    noun: str = ""
    replaced: Params = field(default_factory=dict)
    token_source: str = ""
    always: bool = False

    def mentions(self) -> Iterator[Mention]:
        """The main calls with the token."""
        yield from super().mentions()
        yield Mention(self.service, f"Get{self.noun}", self.itself, (self.token_source,))
        yield Mention(self.service, f"Update{self.noun}", {**self.itself, **self.replaced, "LockToken": None})

    def update(self, work: Work) -> None:
        """Read the token, then replace everything; then the parts.

        (sources: waf-update-replaces, waf-set-replaces)
        """
        step = self._step(work)
        if self.always or work.changed(*used(self.replaced)):
            params = {**step.params(self.replaced), "LockToken": self._token(work)}
            step.call(f"Update{self.noun}", params)
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
        answer = work.read(self.service, f"Get{self.noun}", named, source=self.token_source, tolerate=gone)
        return work.token(str(answer.get("LockToken", "none")))

    def _made(self, work: Work, params: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
        made = at(answer, self.id_from)
        return f"{params['Name']}|{work.token('' if made is ABSENT else str(made))}|{params['Scope']}"


def _part(number: int) -> Computed:
    return Computed(lambda work: work.physical_id.split("|")[number])


def _arn(kind: str) -> Computed:
    """The ARN of one of that kind, as WAF's ARNs call it."""

    def made(work: Work) -> str:
        scope = "global" if work.properties.get("Scope") == "CLOUDFRONT" else "regional"
        name, given, *_ = work.physical_id.split("|")
        return f"arn:{work.partition}:wafv2:{work.region}:{work.account}:{scope}/{kind}/{name}/{given}"

    return Computed(made, ("Scope",))


_WEB_ACL_ARN = _arn("webacl")
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
_RESOURCE: Params = {"ResourceARN": _WEB_ACL_ARN}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_GIVEN = {"Capacity": "Capacity", "LabelNamespace": "LabelNamespace"}

WEB_ACL = _Locked(
    type="AWS::WAFv2::WebACL",
    noun="WebACL",
    replaced=_MEMBERS,
    token_source="cfn-webacl-token",
    service="wafv2",
    name=Name("Name", 128, of_stack=False),
    itself={"Name": _part(0), "Id": _part(1), "Scope": Prop("Scope")},
    create_by="CreateWebACL",
    delete_by="DeleteWebACL",
    id_from="Summary.Id",
    fixed={**_MEMBERS, **same("Scope")},
    gives={"Arn": _WEB_ACL_ARN, "Id": _part(1)},
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


def _set(noun: str, kind: str, source: str, replaced: Params, fixed: Params) -> _Locked:
    """A set that rules refer to. AWS's handler replaces it on every update, and reads it back with its tags.

    ``source`` is what its sources' ids begin with.
    """
    resource: Params = {"ResourceARN": _arn(kind)}
    return _Locked(
        type=f"AWS::WAFv2::{noun}",
        noun=noun,
        replaced=replaced,
        token_source=f"{source}-token",
        always=True,
        service="wafv2",
        # The longest that AWS's handler makes up (source: cfn-waf-name).
        name=Name("Name", 50, of_stack=False),
        itself={"Name": _part(0), "Id": _part(1), "Scope": Prop("Scope")},
        create_by=f"Create{noun}",
        delete_by=f"Delete{noun}",
        id_from="Summary.Id",
        fixed={**replaced, **fixed, **same("Scope")},
        gives={"Arn": _arn(kind), "Id": _part(1)},
        parts=(
            Tagging("TagResource", "UntagResource", resource, at_create="Tags"),
            Read(f"Get{noun}", on=("create", "read", "update"), source=f"{source}-read"),
            Read(
                "ListTagsForResource",
                resource,
                on=("create", "read", "update"),
                source="cfn-waf-tags",
                whole=False,
            ),
        ),
        gone=("WAFNonexistentItemException",),
    )


IP_SET = _set("IPSet", "ipset", "cfn-ipset", same("Addresses", "Description"), same("IPAddressVersion"))

_PATTERNS: Params = {
    **same("Description"),
    "RegularExpressionList": Prop(
        "RegularExpressionList", lambda texts: [{"RegexString": text} for text in texts]
    ),
}
REGEX_PATTERN_SET = _set("RegexPatternSet", "regexpatternset", "cfn-regexpatternset", _PATTERNS, {})


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
