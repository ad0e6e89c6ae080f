"""IAM: the role."""

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Prop, Sourced, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Items, Setting, Update
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document

_NAMED = {"PolicyName": Prop("PolicyName")}
_TRUST = Prop("AssumeRolePolicyDocument", document)
_ONE_HOUR = Sourced("iam-session-duration-default", {"MaxSessionDuration": 3600, **same("Description")})
_NO_DESCRIPTION = Sourced("iam-description-cleared", {"Description": ""})

# On delete, GetRole stands in the registry's list, but whoever may not even get a role is refused DeleteRole
# first (source cfn-role-delete-deleterole). A role with an inline policy was read by a principal that may
# list neither kind of policy (cfn-role-set-crewpoppy); of a role with attached ones nothing is known.
ROLE = Kind(
    type="AWS::IAM::Role",
    service="iam",
    name=Name("RoleName", 64),
    itself={"RoleName": ID},
    implied=frozenset({"Path"}),
    create_by="CreateRole",
    delete_by="DeleteRole",
    fixed={"AssumeRolePolicyDocument": _TRUST}
    | same("Path", "Description", "MaxSessionDuration", "PermissionsBoundary"),
    parts=(
        Read("GetRole", on=("create",), source="cfn-role-create-getrole"),
        Read(
            "GetRole",
            gives={"Arn": "Role.Arn", "RoleId": "Role.RoleId"},
            tokens=frozenset({"RoleId"}),
            source="cfn-role-getatt-getrole",
        ),
        Update("UpdateAssumeRolePolicy", {"PolicyDocument": _TRUST}),
        # UpdateRole clears a description that it is not given.
        Setting(
            "MaxSessionDuration",
            "UpdateRole",
            same("MaxSessionDuration", "Description"),
            default=_ONE_HOUR,
            at_create=False,
        ),
        # Not UpdateRole, which IAM recommends (source cfn-role-updateroledescription).
        Setting(
            "Description",
            "UpdateRoleDescription",
            same("Description"),
            default=_NO_DESCRIPTION,
            at_create=False,
        ),
        Setting(
            "PermissionsBoundary",
            "PutRolePermissionsBoundary",
            same("PermissionsBoundary"),
            undo="DeleteRolePermissionsBoundary",
            at_create=False,
        ),
        Items(
            "Policies",
            "PolicyName",
            "PutRolePolicy",
            {**_NAMED, "PolicyDocument": Prop("PolicyDocument", document)},
            "DeleteRolePolicy",
            _NAMED,
            read_back=Read("GetRolePolicy", _NAMED),
            reads=Read("GetRolePolicy", _NAMED, source="cfn-role-getatt-getrolepolicy"),
            at_delete=True,
        ),
        Items(
            "ManagedPolicyArns",
            "",
            "AttachRolePolicy",
            {"PolicyArn": Prop("")},
            "DetachRolePolicy",
            {"PolicyArn": Prop("")},
            at_delete=True,
        ),
        Read("ListAttachedRolePolicies", on=("read", "delete"), when="ManagedPolicyArns"),
        Tagging("TagRole", "UntagRole", {"RoleName": ID}, at_create="Tags", look=Read("ListRoleTags")),
    ),
    gone=("NoSuchEntity",),
)
