"""AWS::CloudFormation::Stack: a stack within a stack."""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.stack.nest import Nest
from verifier.cloudformation.stack.session import Session
from verifier.cloudformation.template.intrinsics import to_text
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.work import Work

NESTED_STACK = "AWS::CloudFormation::Stack"
# What a stack's name may have.
_LIMIT = 128


class NestedStack(Handler):
    """CloudFormation calls itself with the caller's rights: those calls are asked for here.

    What they set going is the ``Nest``'s. Without one (a play) they are asked for and that is all.
    (sources: cfn-nested-asks, cfn-nested-passes-the-role)
    """

    type = NESTED_STACK
    supported = frozenset({"NotificationARNs", "Parameters", "Tags", "TemplateURL", "TimeoutInMinutes"})

    def create(self, work: Work) -> None:
        """CreateStack; the name is made up (source: cfn-nested-names)."""
        nest = _nest(work)
        name = work.make_up_name(_LIMIT)
        params = {**_params(work, nest), **_picked(work, "NotificationARNs", "TimeoutInMinutes")}
        work.permit("cloudformation", "CreateStack", {"StackName": name.name, **params})
        if nest is not None:
            nest.create(work, name, params)
        _look(work)

    def read(self, work: Work) -> dict[str, Any]:
        """The outputs, by "Outputs.NAME" (source: cfn-nested-outputs)."""
        nest = _nest(work)
        _look(work)
        return _Outputs(work.physical_id, nest.outputs(work) if nest else {})

    def update(self, work: Work) -> None:
        """UpdateStack; in a rollback of the parent what that had done is taken back.

        (source: cfn-nested-cancels)
        """
        nest = _nest(work)
        if nest is not None and nest.is_going_back(work):
            stack = {"StackName": work.physical_id}
            work.permit("cloudformation", "CancelUpdateStack", stack, source="cfn-nested-cancels")
            nest.take_back(work)
            return
        params = _params(work, nest) | _picked(work, "NotificationARNs")
        work.permit("cloudformation", "UpdateStack", {"StackName": work.physical_id, **params})
        if nest is not None:
            nest.update(work, params)
        _look(work)

    def delete(self, work: Work) -> None:
        """DeleteStack."""
        nest = _nest(work)
        role = {"RoleARN": nest.inherited(work).get("RoleARN")} if nest else {}
        named = {key: value for key, value in role.items() if value}
        work.permit("cloudformation", "DeleteStack", {"StackName": work.physical_id, **named})
        if nest is not None:
            nest.delete(work)
        _look(work)


class _Outputs(dict[str, Any]):
    """Of an output that is not there CloudFormation has words of its own."""

    def __init__(self, stack_id: str, outputs: Mapping[str, str]) -> None:
        super().__init__({f"Outputs.{key}": value for key, value in outputs.items()})
        self._stack_id = stack_id

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        # (source: cfn-nested-no-such-output)
        raise HandlerError(f"Output '{name.partition('.')[2]}' not found in stack '{self._stack_id}'")


def _nest(work: Work) -> Nest | None:
    return work.carrier.nest if isinstance(work.carrier, Session) else None


def _look(work: Work) -> None:
    """The registry's list has it for each step; how AWS waits for a nested stack is not known."""
    work.permit("cloudformation", "DescribeStacks", {"StackName": work.physical_id}, sure=False)


def _params(work: Work, nest: Nest | None) -> dict[str, Any]:
    """What CreateStack and UpdateStack have in common; the parent's tags go on (source: cfn-nested-tags)."""
    tags = {**work.stack_tags, **_tags(work)}
    return {
        "TemplateURL": str(work.properties.get("TemplateURL", "")),
        "Parameters": [{"ParameterKey": key, "ParameterValue": one} for key, one in _given(work).items()],
        "Tags": [{"Key": key, "Value": one} for key, one in tags.items()],
        **(nest.inherited(work) if nest else {}),
    }


def _given(work: Work) -> dict[str, str]:
    given = work.properties.get("Parameters") or {}
    simple = isinstance(given, Mapping) and not any(isinstance(one, list | Mapping) for one in given.values())
    if not simple:  # (source: cfn-nested-parameters)
        raise HandlerError(
            "Value of property Parameters must be an object with String (or simple type) properties"
        )
    return {str(key): to_text(one) for key, one in given.items()}


def _tags(work: Work) -> dict[str, str]:
    try:
        return {str(one["Key"]): to_text(one["Value"]) for one in work.properties.get("Tags") or ()}
    except (KeyError, TypeError) as error:
        raise HandlerError("verifier: Tags is no list of objects with Key and Value") from error


def _picked(work: Work, *names: str) -> dict[str, Any]:
    return {name: work.properties[name] for name in names if name in work.properties}
