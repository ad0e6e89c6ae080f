"""IAM: policies of their own: inline ones of several principals, and managed ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Handler, Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Params, Prop, same
from verifier.cloudformation.types.part import Attributes, Read
from verifier.cloudformation.types.parts import Items
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import document, listed
from verifier.cloudformation.types.work import Work

_GONE = ("NoSuchEntity",)
_KINDS = {"Roles": "Role", "Users": "User", "Groups": "Group"}


class _InlinePolicy(Handler):
    """The same inline policy of roles, users and groups: a class, as there is no one call that makes it."""

    type = "AWS::IAM::Policy"
    supported = frozenset({"PolicyDocument", "PolicyName", *_KINDS})

    def mentions(self) -> Iterator[Mention]:
        """What reads, sets and takes back the policy of each kind of principal."""
        for kind in _KINDS.values():
            named = {f"{kind}Name": None, "PolicyName": None}
            yield Mention("iam", f"Put{kind}Policy", {**named, "PolicyDocument": Prop("PolicyDocument")})
            yield Mention("iam", f"Delete{kind}Policy", named)
            yield Mention("iam", f"Get{kind}Policy", named)

    def create(self, work: Work) -> None:
        """Look whether each has a policy of that name, then give it the policy."""
        for kind, named in self._holders(work.properties):
            work.read("iam", f"Get{kind}Policy", named, tolerate=_GONE)
        self._put(work)

    def read(self, work: Work) -> dict[str, Any]:
        """AWS's handler cannot read."""
        return {"Id": work.physical_id}

    def update(self, work: Work) -> None:
        """Set it everywhere; take it back from those that are gone, or that had it by another name."""
        self._put(work)
        wanted = self._holders(work.properties)
        self._take_back(work, [one for one in self._holders(work.previous) if one not in wanted])

    def delete(self, work: Work) -> None:
        """Take it back from everybody."""
        self._take_back(work, self._holders(work.properties))

    def _put(self, work: Work) -> None:
        text = document(work.properties["PolicyDocument"])
        for kind, named in self._holders(work.properties):
            work.call("iam", f"Put{kind}Policy", {**named, "PolicyDocument": text})
            if not work.physical_id:
                work.created(work.generate_name(128))

    def _take_back(self, work: Work, holders: list[tuple[str, dict[str, str]]]) -> None:
        for kind, named in holders:
            work.call("iam", f"Delete{kind}Policy", named, tolerate=_GONE)

    def _holders(self, properties: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
        """The kind of each principal, and the parameters that name it and the policy."""
        policy = properties["PolicyName"]
        return [
            (kind, {f"{kind}Name": holder, "PolicyName": policy})
            for name, kind in _KINDS.items()
            for holder in listed(properties.get(name))
        ]


POLICY = _InlinePolicy()

_ITSELF: Params = {"PolicyArn": ID}
_DEFAULT = "SetAsDefault"
_SOURCE = "cfn-managedpolicy-update-versions"


@dataclass(frozen=True)
class _Versions(Read):
    """The policy and its document: each change is a new version, and old ones stand in its way."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({"PolicyDocument"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What reads the policy, and lists, adds, reads and removes versions."""
        yield from super().mentions(service, itself)
        version = {**itself, "VersionId": None}
        new = {**itself, "PolicyDocument": Prop("PolicyDocument"), _DEFAULT: None}
        yield Mention(service, "ListPolicyVersions", itself, (_SOURCE,))
        yield Mention(service, "CreatePolicyVersion", new)
        yield Mention(service, "GetPolicyVersion", version)
        yield Mention(service, "DeletePolicyVersion", version, (_SOURCE,))

    def read(self, step: Step) -> Attributes:
        """Read the policy, and the version that counts."""
        given = super().read(step)
        version = {"VersionId": given.get("DefaultVersionId", "v1")}
        step.work.read(step.service, "GetPolicyVersion", step.params(version))
        return given

    def update(self, step: Step) -> None:
        """List the versions, remove those that do not count, add one that does."""
        if step.work.changed("PolicyDocument"):
            self._remove(step, source=_SOURCE, because="PolicyDocument")
            new = {"PolicyDocument": Prop("PolicyDocument", document), _DEFAULT: True}
            step.call("CreatePolicyVersion", step.params(new))

    def delete(self, step: Step) -> None:
        """A policy that has other versions cannot be deleted."""
        self._remove(step)

    def _remove(self, step: Step, source: str | None = None, because: str = "") -> None:
        work, params = step.work, step.params({})
        tolerated = step.gone if work.lifecycle == "delete" else ()
        listed = work.read(
            step.service, "ListPolicyVersions", params, source=source, because=because, tolerate=tolerated
        )
        old = [one["VersionId"] for one in listed.get("Versions", ()) if not one.get("IsDefaultVersion")]
        for version in old:
            step.call("DeletePolicyVersion", {**params, "VersionId": version}, tolerate=step.gone)
        if not old:
            # The stack's later life makes some.
            first = {**params, "VersionId": "v1"}
            work.permit(
                step.service, "DeletePolicyVersion", first, source=source, sure=False, because=because
            )


def _attached(name: str, kind: str) -> Items:
    holder = {f"{kind}Name": Prop("")}
    return Items(name, "", f"Attach{kind}Policy", holder, f"Detach{kind}Policy", holder, at_delete=True)


_GIVEN = (
    "AttachmentCount",
    "CreateDate",
    "DefaultVersionId",
    "IsAttachable",
    "PermissionsBoundaryUsageCount",
    "PolicyId",
    "UpdateDate",
)

# Ref gives the ARN, of which nothing is random beside the name.
MANAGED_POLICY = Kind(
    type="AWS::IAM::ManagedPolicy",
    service="iam",
    name=Name("ManagedPolicyName", 128, "PolicyName"),
    itself=_ITSELF,
    implied=frozenset({"Path"}),
    create_by="CreatePolicy",
    delete_by="DeletePolicy",
    id_from="Policy.Arn",
    token=False,
    fixed=same("Description", "Path") | {"PolicyDocument": Prop("PolicyDocument", document)},
    gives={"PolicyArn": ID, "PermissionsBoundaryUsageCount": "0"},
    parts=(
        _Versions(
            "GetPolicy",
            gives={name: f"Policy.{name}" for name in _GIVEN},
            tokens=frozenset({"CreateDate", "PolicyId", "UpdateDate"}),
        ),
        *(_attached(name, kind) for name, kind in _KINDS.items()),
        Read("ListEntitiesForPolicy", on=("read", "delete")),
        Read("GetPolicy", on=("update", "delete")),
    ),
    gone=_GONE,
)
