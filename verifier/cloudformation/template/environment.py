"""What names in a template mean: before anything exists, and while a stack is provisioned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.cloudformation.template.interface import PLACE
from verifier.cloudformation.template.intrinsics import NO_VALUE, resolve
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.references import Reference
from verifier.cloudformation.template.sections import Template
from verifier.errors import AwsError
from verifier.grant.evidence import GeneratedName

# The dnsSuffix of botocore's partitions.json, where it is another than amazonaws.com.
_DNS_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
_ASSUMED_ZONES = 6  # the most that a region has; only placeholders


@dataclass(frozen=True)
class StackIdentity:
    """A stack's identity, as pseudo parameters give it."""

    stack_name: str
    stack_id: str
    account: str
    region: str
    partition: str = "aws"
    notification_arns: tuple[str, ...] = ()
    made_up: GeneratedName | None = None
    """Its name, where CloudFormation made that up: a nested stack's."""

    @property
    def dns_suffix(self) -> str:
        """What the names of AWS's hosts end in ("amazonaws.com")."""
        return _DNS_SUFFIXES.get(self.partition, "amazonaws.com")

    def pseudo(self, name: str) -> Any:
        """The value of the pseudo parameter ``name``. Raises KeyError."""
        return {
            "AWS::AccountId": self.account,
            "AWS::NotificationARNs": list(self.notification_arns),
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::StackId": self.stack_id,
            "AWS::StackName": self.stack_name,
            "AWS::URLSuffix": self.dns_suffix,
        }[name]


class TemplateEnvironment:
    """Parameters, mappings, conditions and pseudo parameters; subclasses say what resources give."""

    def __init__(
        self, template: Template, parameters: Mapping[str, ParameterValue], identity: StackIdentity
    ) -> None:
        self.template = template
        self.parameters = parameters
        self.identity = identity
        self._conditions: dict[str, bool] = {}
        self._evaluating: list[str] = []

    def ref(self, name: str) -> Any:
        """A parameter's, pseudo parameter's or resource's Ref."""
        if name in self.parameters:
            return self.parameters[name].value
        if isinstance(name, str) and name.startswith("AWS::"):
            try:
                return self.identity.pseudo(name)
            except KeyError:
                raise unresolved(name) from None
        return self.resource_ref(name)

    def condition(self, name: str) -> bool:
        """The truth of a condition of the template, worked out once."""
        if name not in self.template.conditions:
            raise AwsError(
                "ValidationError",
                f"Template format error: Unresolved condition dependency {name} in the Resources block of "
                "the template",
            )
        if name in self._evaluating:
            raise AwsError(
                "ValidationError", f"Circular dependencies in conditions: [{', '.join(self._evaluating)}]"
            )
        if name not in self._conditions:
            self._evaluating.append(name)
            try:
                self._conditions[name] = bool(resolve(self.template.conditions[name], self))
            finally:
                self._evaluating.pop()
        return self._conditions[name]

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """A member of Mappings."""
        found = self.template.mappings.get(name)
        return found if isinstance(found, Mapping) else None

    def resource_ref(self, logical_id: str) -> Any:
        """What Ref gives for a resource."""
        raise NotImplementedError

    def get_att(self, logical_id: str, attribute: str) -> Any:
        """A resource's attribute."""
        raise NotImplementedError

    def import_value(self, name: str) -> str:
        """Another stack's export."""
        raise NotImplementedError

    def stack_output(self, stack: str, output: str, region: str, role: str) -> str:
        """Another stack's output."""
        raise NotImplementedError

    def availability_zones(self, region: str) -> list[str]:
        """The names of a region's zones; an empty name is the stack's own region."""
        raise NotImplementedError

    def stands_in(self, value: Any) -> bool:
        """Nothing here is made up: what a placeholder stands for is not there at all."""
        return False


@dataclass
class _Used:
    references: set[Reference] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)


class StaticEnvironment(TemplateEnvironment):
    """Before anything exists: resources give placeholders, and every use of one is noted.

    Placeholders hold a NUL (``PLACE``), so that they are equal to nothing that a template can say.
    """

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, ParameterValue],
        identity: StackIdentity,
        active: frozenset[str],
    ) -> None:
        super().__init__(template, parameters, identity)
        self._active = active
        self.used = _Used()

    def fresh(self) -> "StaticEnvironment":
        """The same names with nothing used yet."""
        other = StaticEnvironment(self.template, self.parameters, self.identity, self._active)
        other._conditions = self._conditions
        return other

    def resource_ref(self, logical_id: str) -> str:
        """A placeholder; an inactive or unknown resource is an error, as on AWS."""
        if logical_id not in self._active:
            raise unresolved(logical_id)
        self.used.references.add(Reference(logical_id))
        return f"{PLACE}{placeholder(logical_id, None)}{PLACE}"

    def get_att(self, logical_id: str, attribute: str) -> str:
        """A placeholder."""
        if logical_id not in self.template.resources:
            raise AwsError(
                "ValidationError",
                f"Template error: instance of Fn::GetAtt references undefined resource {logical_id}",
            )
        if logical_id not in self._active:
            raise unresolved(logical_id)
        self.used.references.add(Reference(logical_id, attribute))
        return f"{PLACE}{placeholder(logical_id, attribute)}{PLACE}"

    def import_value(self, name: str) -> str:
        """A placeholder; whether the export exists is asked when the stack is provisioned."""
        self.used.imports.add(name)
        return f"{PLACE}ImportValue {name}{PLACE}"

    def stack_output(self, stack: str, output: str, region: str, role: str) -> str:
        """A placeholder."""
        return f"{PLACE}GetStackOutput {region} {stack} {output} {role}{PLACE}"

    def availability_zones(self, region: str) -> list[str]:
        """Placeholders."""
        zones = (f"GetAZs {region or self.identity.region} {number}" for number in range(_ASSUMED_ZONES))
        return [f"{PLACE}{zone}{PLACE}" for zone in zones]


def placeholder(logical_id: str, attribute: str | None) -> str:
    """The text that stands between NULs for what a resource gives; with "" how all its attributes begin."""
    return f"Ref {logical_id} " if attribute is None else f"GetAtt {logical_id}.{attribute}"


def unresolved(name: str, block: str = "Resources") -> AwsError:
    """A name that nothing in the template bears."""
    return AwsError(
        "ValidationError",
        f"Template format error: Unresolved resource dependencies [{name}] in the {block} block of the "
        "template",
    )
