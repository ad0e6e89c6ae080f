"""What names mean while transforms run: before the template is what it says, and before any resource."""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.template.environment import TemplateEnvironment
from verifier.cloudformation.template.intrinsics import resolve, to_text
from verifier.errors import AwsError


class EarlyEnvironment(TemplateEnvironment):
    """Parameters, pseudo parameters and mappings; whatever else is named cannot be worked out yet."""

    def text(self, value: Any) -> str:
        """A name or an address that ``value`` gives. Raises AwsError ValidationError."""
        found = resolve(value, self)
        if isinstance(found, Mapping | list):
            raise AwsError("ValidationError", "verifier: a text is wanted, not an object or a list")
        return to_text(found)

    def resource_ref(self, logical_id: str) -> Any:
        """Nothing yet."""
        raise _too_early(f"Ref to {logical_id}")

    def get_att(self, logical_id: str, attribute: str) -> Any:
        """Nothing yet."""
        raise _too_early(f"Fn::GetAtt of {logical_id}")

    def import_value(self, name: str) -> str:
        """Nothing yet (source: cfn-macros-import-value)."""
        raise _too_early("Fn::ImportValue")

    def stack_output(self, stack: str, output: str, region: str, role: str) -> str:
        """Nothing yet."""
        raise _too_early("Fn::GetStackOutput")

    def condition(self, name: str) -> bool:
        """Nothing yet."""
        raise _too_early(f"the condition {name}")

    def availability_zones(self, region: str) -> list[str]:
        """Nothing yet."""
        raise _too_early("Fn::GetAZs")


def _too_early(what: str) -> AwsError:
    return AwsError("ValidationError", f"verifier: {what} is not known while transforms run")
