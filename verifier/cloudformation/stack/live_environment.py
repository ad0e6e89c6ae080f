"""What names in a template give while a stack is provisioned: real values, read with the caller's rights."""

import json
import re
from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.stack.steps import Steps
from verifier.cloudformation.template.environment import TemplateEnvironment, unresolved
from verifier.cloudformation.template.intrinsics import resolve
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.sections import Template
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError

_DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}")


class LiveEnvironment(TemplateEnvironment):
    """Resources give their Ref for nothing, and their attributes through their read handlers."""

    def __init__(self, steps: Steps, template: Template, parameters: Mapping[str, ParameterValue]) -> None:
        super().__init__(template, parameters, steps.session.identity)
        self._steps = steps
        self._used_by = ""
        self._type = ""

    def resolved(self, value: Any, used_by: str, type_name: str) -> Any:
        """``value`` for the resource (or output) ``used_by``.

        Raises HandlerError: the failure is that resource's.
        """
        self._used_by, self._type = used_by, type_name
        try:
            return self._dynamic(resolve(value, self))
        except AwsError as error:
            raise HandlerError(error.message) from error

    def resource_ref(self, logical_id: str) -> Any:
        """The resource's Ref."""
        resource = self._steps.stack.resources.get(logical_id)
        if resource is None:
            raise unresolved(logical_id)
        return self._steps.ref(resource)

    def get_att(self, logical_id: str, attribute: str) -> Any:
        """The resource's attribute."""
        resource = self._steps.stack.resources.get(logical_id)
        if resource is None:
            raise unresolved(logical_id)
        return self._steps.attribute(resource, attribute, self._used_by)

    def import_value(self, name: str) -> str:
        """The export's value now."""
        identity = self.identity
        found = self._steps.store.exports(identity.account, identity.region).get(name)
        if found is None:
            raise HandlerError(f"No export named {name} found")
        return found[1]

    def availability_zones(self, region: str) -> list[str]:
        """The region's zones, asked of EC2 with the caller's rights (source: cfn-getazs-permissions)."""
        work = self._work("read")
        work.region = region or work.region
        answer = work.call("ec2", "DescribeAvailabilityZones", {})
        for operation in ("DescribeAccountAttributes", "DescribeSubnets"):
            work.permit("ec2", operation, {})
        return sorted(str(zone["ZoneName"]) for zone in answer.get("AvailabilityZones", []))

    def _work(self, lifecycle: str) -> Work:
        return Work(self._steps.session, self._used_by, self._type, lifecycle)

    def _dynamic(self, value: Any) -> Any:
        """``{{resolve:service:reference}}`` inside strings, replaced by what it stands for."""
        if isinstance(value, Mapping):
            return {key: self._dynamic(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._dynamic(inner) for inner in value]
        if isinstance(value, str) and "{{resolve:" in value:
            return _DYNAMIC.sub(lambda match: self._looked_up(match.group(1), match.group(2)), value)
        return value

    def _looked_up(self, service: str, reference: str) -> str:
        work = self._work("read")
        if service == "secretsmanager":
            return _secret(work, reference)
        name = reference.partition(":")[0]
        names = [reference]  # "name:version" is understood by GetParameters itself
        answer = work.call(
            "ssm", "GetParameters", {"Names": names, "WithDecryption": service == "ssm-secure"}
        )
        found = answer.get("Parameters", [])
        if not found:
            raise HandlerError(f"Parameters: [{name}] cannot be found.")
        return str(found[0]["Value"])


def _secret(work: Work, reference: str) -> str:
    """``secret-id:SecretString:json-key:version-stage:version-id``; the id may be an ARN, with colons too."""
    parts = reference.split(":")
    length = 7 if reference.startswith("arn:") else 1
    secret_id, rest = ":".join(parts[:length]), parts[length:]
    key, stage, version = [*rest[1:], "", "", ""][:3]
    params = {"SecretId": secret_id, "VersionStage": stage or None, "VersionId": version or None}
    text = str(work.call("secretsmanager", "GetSecretValue", params).get("SecretString", ""))
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError) as error:
        raise HandlerError(
            f"Could not find a value associated with JSONKey in SecretString: {key}"
        ) from error
