"""RDS: what instances and clusters have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import Prop, same
from verifier.cloudformation.types.part import Attributes, OnBehalf, Read
from verifier.cloudformation.types.parts import Items
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

SECRET = "MasterUserSecret.SecretArn"
EXPORTS, MANAGED = "EnableCloudwatchLogsExports", "ManageMasterUserPassword"
SECRET_KEY = {"MasterUserSecretKmsKeyId": Prop("MasterUserSecret.KmsKeyId")}

# The first time in an account, RDS makes itself a role with the caller's rights.
OWN_ROLE = OnBehalf(
    "CreateServiceLinkedRole",
    {"AWSServiceName": "rds.amazonaws.com"},
    on=("create",),
    service="iam",
    whole=False,
)


@dataclass(frozen=True)
class Described(Read):
    """The read of a database.

    A class, as what AWS makes up stands in the midst of what it gives: in the host after the database's name,
    in the secret's name after "rds!cluster-".
    """

    hosts: tuple[str, ...] = ()

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Make the call, and tell what is made up."""
        given = super().make(step, item, because)
        hosts = (str(given.get(name, "")).partition(".")[2] for name in self.hosts)
        made_up = [host.partition(".")[0].rpartition("-")[2] for host in hosts]
        for value in filter(
            None, (*made_up, str(given.get(SECRET, "")).rpartition("!")[2].partition("-")[2])
        ):
            step.work.token(value)
        return given


def roles(noun: str) -> Items:
    """The roles that a database uses for its features; one that changes is taken back first."""
    params = same("RoleArn", "FeatureName")
    return Items("AssociatedRoles", "", f"AddRoleTo{noun}", params, f"RemoveRoleFrom{noun}", params)


def last_snapshot(work: Work) -> str:
    """The name of the snapshot that is taken before the deletion."""
    return work.token(f"{work.stack_name}-snapshot-{work.logical_id}-{new_suffix()}".lower())


def log_exports(work: Work) -> dict[str, Any]:
    """What an update does to the kinds of logs that are handed on."""
    before, after = (set(one.get(EXPORTS) or ()) for one in (work.previous, work.properties))
    changes = {"EnableLogTypes": sorted(after - before), "DisableLogTypes": sorted(before - after)}
    return {"CloudwatchLogsExportConfiguration": changes} if before != after else {}


def managed_password(work: Work) -> dict[str, Any]:
    """What an update says of the password: always that RDS keeps it, and else only what has changed."""
    before, after = work.previous.get(MANAGED), work.properties.get(MANAGED)
    if is_true(after):
        key = (work.properties.get("MasterUserSecret") or {}).get("KmsKeyId")
        return {MANAGED: True} | ({"MasterUserSecretKmsKeyId": key} if key else {})
    if after is not None and before != after:
        return {MANAGED: after}
    return {MANAGED: False} if after is None and is_true(before) else {}


def default_groups(work: Work, vpc: str, source: str, because: str) -> list[str]:
    """The network's default group, which AWS's handlers put where the template drops all groups."""
    wanted = {"vpc-id": vpc, "group-name": "default"}
    filters = [{"Name": name, "Values": [value]} for name, value in wanted.items()]
    found = work.read("ec2", "DescribeSecurityGroups", {"Filters": filters}, source=source, because=because)
    return [work.token(one["GroupId"]) for one in (found.get("SecurityGroups") or [])[:1]]


def is_true(value: Any) -> bool:
    """Of a boolean as templates write it."""
    return str(value).lower() == "true"


def changed(work: Work) -> Mapping[str, Any]:
    """The properties that the template has, and that are not what they were."""
    return {name: value for name, value in work.properties.items() if work.changed(name)}
