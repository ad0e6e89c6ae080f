"""Systems Manager: the parameter."""

from dataclasses import dataclass

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ID, Computed, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_TARGET = {"ResourceType": "Parameter", "ResourceId": ID}
_VALUES = {"Names": [ID], "WithDecryption": False}
_MEMBERS = same("AllowedPattern", "DataType", "Description", "Policies", "Tier", "Type", "Value")
_SOURCE = "cfn-parameter-read"


@dataclass(frozen=True)
class _Name(Name):
    """A name that is made up begins with CFN, not with the stack's name (source: cfn-parameter-name)."""

    def of(self, work: Work) -> str:
        """The name that the template gives, or one made up."""
        given = work.properties.get(self.property)
        return str(given) if given else f"CFN-{work.logical_id}-{work.token(new_suffix())}"


def _arn(work: Work) -> str:
    name = work.physical_id.lstrip("/")
    return f"arn:{work.partition}:ssm:{work.region}:{work.account}:parameter/{name}"


# An update puts what the template says and nothing else (source: cfn-parameter-update).
PARAMETER = Kind(
    type="AWS::SSM::Parameter",
    service="ssm",
    name=_Name("Name", 1000),
    itself={"Name": ID},
    create_by="PutParameter",
    delete_by="DeleteParameter",
    fixed=_MEMBERS,
    # (source cfn-getatt-of-properties)
    gives={"Arn": Computed(_arn), "Name": ID},
    parts=(
        Read("GetParameters", _VALUES, on=("create", "update"), source=_SOURCE, whole=False),
        Tagging("AddTagsToResource", "RemoveTagsFromResource", _TARGET, at_create="Tags"),
        Update("PutParameter", {**_MEMBERS, "Overwrite": True}),
        Read("GetParameters", _VALUES, source=_SOURCE, whole=False),
        Read("ListTagsForResource", _TARGET, whole=False),
    ),
    gone=("ParameterNotFound", "InvalidResourceId"),
)
