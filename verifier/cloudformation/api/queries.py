"""The operations that only look: DescribeStacks and its kin."""

from collections.abc import Callable, Mapping

from verifier.authorization.operation import Operation
from verifier.cloudformation.api.answers import (
    Answer,
    change_set_answer,
    change_set_summary,
    events_answer,
    present,
    resource_answer,
    resource_detail,
    resource_summary,
    stack_answer,
    stack_summary,
    template_answer,
    template_summary,
)
from verifier.cloudformation.api.template_source import submitted_template
from verifier.cloudformation.stack.changeset import ChangeSet
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.stack.validate import validate
from verifier.cloudformation.template.sections import dump, parse_template
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError


class Queries:
    """Answers from what the store holds; takes its lock for as long as it reads."""

    def __init__(self, store: StackStore, upstream: Upstream) -> None:
        self._store = store
        self._upstream = upstream
        self.operations: Mapping[str, Callable[[Operation], Answer]] = {
            "DescribeChangeSet": self._describe_change_set,
            "DescribeStackEvents": self._describe_stack_events,
            "DescribeStackResource": self._describe_stack_resource,
            "DescribeStackResources": self._describe_stack_resources,
            "DescribeStacks": self._describe_stacks,
            "GetStackPolicy": self._get_stack_policy,
            "GetTemplate": self._get_template,
            "GetTemplateSummary": self._get_template_summary,
            "ListChangeSets": self._list_change_sets,
            "ListExports": self._list_exports,
            "ListImports": self._list_imports,
            "ListStackResources": self._list_stack_resources,
            "ListStacks": self._list_stacks,
            "ValidateTemplate": self._validate_template,
        }

    def _describe_stacks(self, op: Operation) -> Answer:
        if op.params.get("StackName"):
            return {"Stacks": [stack_answer(self._stack(op, "Stack with id {} does not exist"))]}
        stacks = self._store.of(op.account, op.region)
        return {"Stacks": [stack_answer(one) for one in stacks if not one.is_deleted]}

    def _list_stacks(self, op: Operation) -> Answer:
        wanted = op.params.get("StackStatusFilter")
        stacks = self._store.of(op.account, op.region)
        return {
            "StackSummaries": [stack_summary(one) for one in stacks if not wanted or one.status in wanted]
        }

    def _describe_stack_events(self, op: Operation) -> Answer:
        return {"StackEvents": events_answer(self._stack(op, "Stack [{}] does not exist"))}

    def _describe_stack_resource(self, op: Operation) -> Answer:
        stack = self._stack(op, "Stack '{}' does not exist")
        resource = self._resource(stack, str(op.params.get("LogicalResourceId")))
        return {"StackResourceDetail": resource_detail(stack, resource)}

    def _describe_stack_resources(self, op: Operation) -> Answer:
        logical_id = op.params.get("LogicalResourceId")
        stack = self._stack_of_resource(op)
        if logical_id:
            return {"StackResources": [resource_answer(stack, self._resource(stack, str(logical_id)))]}
        return {"StackResources": [resource_answer(stack, one) for one in _existing(stack)]}

    def _list_stack_resources(self, op: Operation) -> Answer:
        stack = self._stack(op, "Stack with id {} does not exist")
        return {"StackResourceSummaries": [resource_summary(one) for one in _existing(stack)]}

    def _describe_change_set(self, op: Operation) -> Answer:
        stack, change_set = self.change_set(op)
        return change_set_answer(stack, change_set)

    def _list_change_sets(self, op: Operation) -> Answer:
        stack = self._stack(op, "Stack [{}] does not exist")
        return {"Summaries": [change_set_summary(stack, one) for one in stack.change_sets.values()]}

    def _get_template(self, op: Operation) -> Answer:
        if op.params.get("ChangeSetName"):
            change_set = self.change_set(op)[1]
            text, template = change_set.template_text, change_set.wanted and change_set.wanted.template
        else:
            template = self._stack(op, "Stack with id {} does not exist").template
            text = template.text
        # (source: cfn-get-template)
        if template and template.transforms and op.params.get("TemplateStage") != "Original":
            text = dump(template.body)
        return {"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}

    def _get_template_summary(self, op: Operation) -> Answer:
        if op.params.get("StackName"):
            return template_summary(self._stack(op, "Stack with id {} does not exist").template)
        return template_summary(parse_template(submitted_template(op, self._upstream).text))

    def _validate_template(self, op: Operation) -> Answer:
        template = parse_template(submitted_template(op, self._upstream).text)
        validate(template)
        return template_answer(template)

    def _list_exports(self, op: Operation) -> Answer:
        exports = self._store.exports(op.account, op.region)
        return {
            "Exports": [
                {"ExportingStackId": stack.id, "Name": name, "Value": value}
                for name, (stack, value) in sorted(exports.items())
            ]
        }

    def _list_imports(self, op: Operation) -> Answer:
        name = str(op.params.get("ExportName"))
        importers = self._store.importers(op.account, op.region, name)
        if not importers:
            raise AwsError("ValidationError", f"Export '{name}' is not imported by any stack.")
        return {"Imports": list(importers)}

    def _get_stack_policy(self, op: Operation) -> Answer:
        return present(StackPolicyBody=self._stack(op, "Stack with id {} does not exist").policy)

    def _stack(self, op: Operation, missing: str) -> Stack:
        name = str(op.params.get("StackName") or "")
        stack = self._store.find(op.account, op.region, name)
        if stack is None:
            raise AwsError("ValidationError", missing.format(name))
        return stack

    def _stack_of_resource(self, op: Operation) -> Stack:
        physical_id = op.params.get("PhysicalResourceId")
        if not op.params.get("StackName") and physical_id:
            for stack in self._store.of(op.account, op.region):
                if not stack.is_deleted and any(one.physical_id == physical_id for one in _existing(stack)):
                    return stack
            raise AwsError("ValidationError", f"Stack for {physical_id} does not exist")
        return self._stack(op, "Stack with id {} does not exist")

    def _resource(self, stack: Stack, logical_id: str) -> StackResource:
        resource = stack.resources.get(logical_id)
        if resource is None:
            raise AwsError("ValidationError", f"Resource {logical_id} does not exist for stack {stack.name}")
        return resource

    def change_set(self, op: Operation) -> tuple[Stack, ChangeSet]:
        """The change set that ``op`` names, by its ARN or by its name and its stack's.

        Raises AwsError ValidationError for a stack, ChangeSetNotFound for a change set that is not there.
        """
        name, stack_name = str(op.params.get("ChangeSetName") or ""), op.params.get("StackName")
        if name.startswith("arn:"):
            for stack in self._store.of(op.account, op.region):
                for change_set in stack.change_sets.values():
                    if change_set.id == name:
                        return stack, change_set
            raise no_change_set(name)
        if not stack_name:
            raise AwsError(
                "ValidationError", "StackName must be specified if ChangeSetName is not specified as an ARN."
            )
        stack = self._stack(op, "Stack [{}] does not exist")
        if name not in stack.change_sets:
            raise no_change_set(name)
        return stack, stack.change_sets[name]


def no_change_set(name: str) -> AwsError:
    """The error for a change set that does not exist; its code on the wire is without "Exception"."""
    return AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)


def _existing(stack: Stack) -> list[StackResource]:
    """The resources that a stack shows; those of a deleted stack too."""
    return list(stack.resources.values())
