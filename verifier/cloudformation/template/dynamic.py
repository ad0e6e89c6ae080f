"""Dynamic references, ``{{resolve:service:reference}}``, in texts of a template.

(sources: cfn-dynamic-references, cfn-dynamic-measured)
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.errors import AwsError

_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}")
_PARAMETER = re.compile(r"[a-zA-Z0-9_.\-/]+(:\d+)?")
# An ARN has colons of its own.
_PARTS_OF_ARN = 7


@dataclass(frozen=True)
class DynamicReference:
    """One reference; ``text`` is all of it, ``key`` what follows the service."""

    text: str
    service: str
    key: str

    @property
    def is_versioned(self) -> bool:
        """Of a parameter: one version of it is named."""
        return ":" in self.key

    @property
    def secret(self) -> tuple[str, str, str, str]:
        """Of a secret: its id, a key of its JSON, a version's stage and id; "" for what is not told."""
        parts = self.key.split(":")
        length = _PARTS_OF_ARN if self.key.startswith("arn:") else 1
        key, stage, version = [*parts[length + 1 :], "", "", ""][:3]
        return ":".join(parts[:length]), key, stage, version


def dynamic_references(text: str) -> Iterator[DynamicReference]:
    """The references in ``text``."""
    for match in _REFERENCE.finditer(text):
        yield DynamicReference(match[0], match[1], match[2])


def looked_up(text: str, value: Callable[[DynamicReference], str]) -> str:
    """``text`` with each reference replaced by its value."""
    return _REFERENCE.sub(lambda match: value(DynamicReference(match[0], match[1], match[2])), text)


def check_references(type_name: str, properties: Any) -> None:
    """Raises AwsError ValidationError for a reference of a wrong form or in a wrong place.

    (sources: cfn-ssm-reference-format, cfn-ssm-secure-places)
    """
    for path, text in _texts(properties, ""):
        for one in dynamic_references(text):
            if one.service == "secretsmanager" or "\0" in one.key:
                continue
            if not _PARAMETER.fullmatch(one.key):
                raise AwsError(
                    "ValidationError",
                    f"Incorrect format is used in the following SSM reference: [{one.text}]",
                )
            place = f"{type_name}/Properties{path}"
            if one.service == "ssm-secure" and place not in _SECURE:
                raise AwsError("ValidationError", f"SSM Secure reference is not supported in: [{place}]")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text in ``value`` with where it stands; an item of a list bears no number."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, path)


_SECURE = frozenset(
    {
        "AWS::DirectoryService::MicrosoftAD/Properties/Password",
        "AWS::DirectoryService::SimpleAD/Properties/Password",
        "AWS::ElastiCache::ReplicationGroup/Properties/AuthToken",
        "AWS::IAM::User/Properties/LoginProfile/Password",
        "AWS::KinesisFirehose::DeliveryStream/Properties/RedshiftDestinationConfiguration/Password",
        "AWS::OpsWorks::App/Properties/AppSource/Password",
        "AWS::OpsWorks::Stack/Properties/CustomCookbooksSource/Password",
        "AWS::OpsWorks::Stack/Properties/RdsDbInstances/DbPassword",
        "AWS::RDS::DBCluster/Properties/MasterUserPassword",
        "AWS::RDS::DBInstance/Properties/MasterUserPassword",
        "AWS::Redshift::Cluster/Properties/MasterUserPassword",
    }
)
