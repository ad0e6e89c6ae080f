"""What names in a template give while a stack is provisioned: real values, read with the caller's rights."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from verifier.cloudformation.stack.steps import Steps
from verifier.cloudformation.template.dynamic import DynamicReference, looked_up
from verifier.cloudformation.template.environment import TemplateEnvironment, unresolved
from verifier.cloudformation.template.intrinsics import resolve, to_text
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.sections import Template
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError


class LiveEnvironment(TemplateEnvironment):
    """Resources give their Ref for nothing, and their attributes through their read handlers."""

    def __init__(self, steps: Steps, template: Template, parameters: Mapping[str, ParameterValue]) -> None:
        super().__init__(template, parameters, steps.session.identity)
        self._steps = steps
        self._used_by = ""
        self._type = ""

    def resolved(self, value: Any, used_by: str, type_name: str) -> Any:
        """``value`` for the resource ``used_by``. Raises HandlerError: the failure is that resource's."""
        self._used_by, self._type = used_by, type_name
        try:
            return self._dynamic(resolve(value, self), self._looked_up)
        except AwsError as error:
            raise HandlerError(error.message) from error

    def output(self, value: Any, used_by: str, type_name: str) -> Any:
        """``value`` for the output ``used_by``, in which secrets stay references. Raises HandlerError.

        (source: cfn-dynamic-measured)
        """
        self._used_by, self._type = used_by, type_name
        try:
            return self._dynamic(resolve(value, self), self._shown)
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

    def stands_in(self, value: Any) -> bool:
        """Whether a type without a script gave it, or what it holds."""
        return isinstance(value, str) and any(one in value for one in self._steps.store.made_up)

    def import_value(self, name: str) -> str:
        """The export's value now."""
        identity = self.identity
        found = self._steps.store.exports(identity.account, identity.region).get(name)
        if found is None:
            raise HandlerError(f"No export named {name} found")
        return found[1]

    def stack_output(self, stack: str, output: str, region: str, role: str) -> str:
        """The output's value now (source: cfn-get-stack-output)."""
        if role:
            raise HandlerError("verifier: Fn::GetStackOutput with a RoleArn is not supported")
        work = self._work("read")
        work.region = region or work.region
        work.permit("cloudformation", "DescribeStacks", {"StackName": stack}, source="cfn-get-stack-output")
        found = self._steps.store.find(self.identity.account, work.region, stack)
        if found is None or found.is_deleted:
            raise HandlerError(f"Stack with id {stack} does not exist")
        for one in found.outputs:
            if one.key == output:
                return one.value
        raise HandlerError(f"verifier: the stack {stack} has no output {output}")

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

    def _dynamic(self, value: Any, given: Callable[[DynamicReference], str]) -> Any:
        """``value`` with ``{{resolve:service:reference}}`` inside its texts replaced by what is ``given``."""
        if isinstance(value, Mapping):
            return {key: self._dynamic(inner, given) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._dynamic(inner, given) for inner in value]
        if isinstance(value, str) and "{{resolve:" in value:
            return looked_up(value, given)
        return value

    def _shown(self, reference: DynamicReference) -> str:
        return self._looked_up(reference) if reference.service == "ssm" else reference.text

    def _looked_up(self, reference: DynamicReference) -> str:
        work = self._work("read")
        if reference.service == "secretsmanager":
            return _secret(work, reference)
        # "name:version" is understood by GetParameters itself.
        secure = reference.service == "ssm-secure"
        params = {"Names": [reference.key], "WithDecryption": secure}
        found = work.call("ssm", "GetParameters", params).get("Parameters", [])
        name = reference.key.partition(":")[0]
        if not found:
            # (source: cfn-ssm-reference-missing)
            raise HandlerError(f"Parameters: [ssm:{name}] cannot be found.")
        if found[0].get("Type") == "SecureString" and not secure:
            raise HandlerError(f"Non-secure ssm prefix was used for secure parameter {name}")
        return str(found[0]["Value"])


def _secret(work: Work, reference: DynamicReference) -> str:
    secret_id, key, stage, version = reference.secret
    params = {"SecretId": secret_id, "VersionStage": stage or None, "VersionId": version or None}
    text = str(work.call("secretsmanager", "GetSecretValue", params).get("SecretString", ""))
    if not key:
        return text
    try:
        found = json.loads(text)
    except ValueError as error:
        raise HandlerError("Could not parse SecretString JSON") from error
    if not isinstance(found, Mapping) or key not in found:
        raise HandlerError("Could not find a value associated with JSONKey in SecretString")
    return to_text(found[key])
